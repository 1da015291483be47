import { X509Certificate } from 'node:crypto';
import type {
  AuthoritiesView,
  AuthorityState,
  AuthorityView,
  CrlFacts,
} from '@/lib/contract/authorities';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { bundleAddress, pkiAddresses } from '@/lib/pki/addresses';
import { pemOf } from '@/lib/pki/pem';
import { signingAlgorithmOf } from '@/lib/pki/signing-algorithm';
import { currentTime } from '@/lib/platform/clock';
import { deployment } from '@/lib/platform/deployment';
import { revocationLists } from '@/lib/revocation/lists';
import { authorityState } from './authority-state';
import { issuerBook, issuesUntil, type KnownIssuer } from './book';

/**
 * All CAs, roots first to last made, each over its own: for anybody, since certificates and revocation lists are no
 * secret. Asks neither the database nor the signer.
 */
export function authorities(): AuthoritiesView {
  const known = issuerBook().all();
  const views = known.map((issuer) => viewOf(issuer, known));
  const roots = known
    .filter(({ kind }) => kind === 'root')
    .flatMap((root) => {
      const view = views.find(({ id }) => id === root.id);
      if (!view) return [];
      const below = known.filter((one) => one.kind === 'issuing' && one.parentId === root.id);
      const issuing = views
        .filter(({ id }) => below.some((one) => one.id === id))
        .toSorted(inOrder);
      return [{ ...view, crossSignedBy: crossSigner(root, known), issuing }];
    });
  const { pkiUrl, providerName } = deployment();
  return {
    provider: providerName,
    roots: roots.toSorted((a, b) => a.notBefore.localeCompare(b.notBefore)),
    bundleUrl: bundleAddress(pkiUrl),
  };
}

const ORDER: readonly AuthorityState[] = ['issues', 'ready', 'stands-by', 'ended', 'retired'];

function inOrder(a: AuthorityView, b: AuthorityView): number {
  const environment = (view: AuthorityView) =>
    view.environment === null ? -1 : ENVIRONMENTS.indexOf(view.environment);
  const state = (view: AuthorityView) => ORDER.indexOf(view.state);
  return (
    environment(a) - environment(b) || state(a) - state(b) || b.stateAt.localeCompare(a.stateAt)
  );
}

function viewOf(issuer: KnownIssuer, known: readonly KnownIssuer[]): AuthorityView {
  const certificate = new X509Certificate(issuer.certificateDer);
  return {
    id: issuer.id,
    kind: issuer.kind,
    environment: issuer.environment,
    name: issuer.name,
    state: authorityState(issuer, known, currentTime()),
    stateAt: issuer.stateAt.toISOString(),
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: issuer.notAfter.toISOString(),
    issuesUntil: issuer.kind === 'issuing' ? issuesUntil(issuer).toISOString() : null,
    sha256Fingerprint: certificate.fingerprint256.replaceAll(':', ''),
    serialHex: certificate.serialNumber,
    keyName: signingAlgorithmOf(issuer.certificateDer).name,
    ...pkiAddresses(deployment().pkiUrl, issuer.id),
    crl: crlFacts(issuer.id),
  };
}

function crlFacts(issuerId: string): CrlFacts | null {
  const list = revocationLists().of(issuerId);
  return (
    list && {
      number: list.number,
      thisUpdate: list.thisUpdate.toISOString(),
      nextUpdate: list.nextUpdate.toISOString(),
      entries: list.entries,
    }
  );
}

function crossSigner(root: KnownIssuer, known: readonly KnownIssuer[]) {
  const before = known.find(({ id }) => id === root.parentId);
  if (!before || !root.crossCertificateDer) return null;
  return {
    id: before.id,
    name: before.name,
    pem: pemOf(root.crossCertificateDer, 'CERTIFICATE'),
  };
}

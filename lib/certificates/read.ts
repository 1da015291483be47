import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import { hashedView } from '@/lib/audit/list';
import type { AuditEventView } from '@/lib/contract/audit';
import type { CertificateView, RevocationCost, RotationView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { isId } from '@/lib/kernel/ids';
import { bundleAddress, type PkiAddresses, pkiAddresses } from '@/lib/pki/addresses';
import { type CertificateFacts, certificateFacts } from '@/lib/pki/certificate-facts';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { revocationLists } from '@/lib/revocation/lists';
import { costOfRevoking } from './outage';
import { rotationOf } from './rotation';
import { certificateView, environmentOf, withSlot } from './view';

/** @throws AppError `not_found`, also for a certificate of another account */
export async function getCertificate(principal: Principal, id: string): Promise<CertificateView> {
  const scope = authorize(principal, 'certificates.read');
  return getCertificateInScope(scope, { id: knownId(id) });
}

/** Where software that is not an edge asks about a certificate. */
export type RevocationPlaces = PkiAddresses & {
  issuerId: string;
  bundleUrl: string;
  /** Number of the newest revocation list, when that was made to have it; null before. */
  listedIn: number | null;
};

export type CertificateDetail = RevocationCost & {
  certificate: CertificateView;
  facts: CertificateFacts;
  revocation: RevocationPlaces;
  /** Newest first. */
  history: AuditEventView[];
  /** Other live certificates of the same key: revoked with it when the key is compromised. Oldest first. */
  sameKey: { id: string; label: string; environment: Environment }[];
  /** Traffic moving from it, or to it; null where nothing renews it, or it nothing. */
  rotation: RotationView | null;
};

/** @throws AppError `not_found` */
export async function certificateDetail(
  principal: Principal,
  id: string,
): Promise<CertificateDetail> {
  const scope = authorize(principal, 'certificates.read');
  return inScope(scope, async (tx) => {
    const row = await tx.certificate.findFirst({
      where: { id: knownId(id), accountId: scope.accountId },
      include: withSlot,
    });
    if (!row) throw noCertificate();
    const events = await tx.auditEvent.findMany({
      where: { chain: scope.accountId, objectId: { in: [row.id, row.intentId] } },
      orderBy: { sequence: 'desc' },
      take: 100,
    });
    const now = currentTime();
    const { accountId, spkiSha256 } = row;
    const sameKey = await tx.certificate.findMany({
      where: { accountId, spkiSha256, id: { not: row.id }, revokedAt: null, notAfter: { gt: now } },
      select: { id: true, label: true, environment: true },
      orderBy: { id: 'asc' },
    });
    return {
      certificate: await certificateView(row, now),
      facts: await certificateFacts(row.der),
      revocation: revocationPlaces(row),
      history: events.map(hashedView),
      ...(await costOfRevoking(tx, scope, row)),
      rotation: await rotationOf(tx, row, now),
      sameKey: sameKey.map((one) => ({ ...one, environment: environmentOf(one.environment) })),
    };
  });
}

function revocationPlaces({
  issuerId,
  listedInCrl,
}: {
  issuerId: string;
  listedInCrl: bigint | null;
}): RevocationPlaces {
  const { pkiUrl } = deployment();
  // A number is taken before its list is signed.
  const published = revocationLists().of(issuerId)?.number ?? 0;
  const listed = listedInCrl !== null && listedInCrl <= published;
  return {
    issuerId,
    ...pkiAddresses(pkiUrl, issuerId),
    bundleUrl: bundleAddress(pkiUrl),
    listedIn: listed ? Number(listedInCrl) : null,
  };
}

/** @throws AppError `not_found` */
export async function getCertificateInScope(
  scope: Scope,
  where: { id: string } | { intentId: string },
): Promise<CertificateView> {
  const row = await inScope(scope, (tx) =>
    tx.certificate.findFirst({
      where: { ...where, accountId: scope.accountId },
      include: withSlot,
    }),
  );
  if (!row) throw noCertificate();
  return certificateView(row, currentTime());
}

/**
 * An object in the place of an id would be a filter to the database, and match many rows.
 * @throws AppError `not_found`
 */
export function knownId(id: unknown): string {
  if (isId('certificate', id)) return id;
  throw noCertificate();
}

export function noCertificate(): AppError {
  return new AppError('not_found', {
    detail: 'There is no such certificate in this account. Check the id.',
  });
}

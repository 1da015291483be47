import { randomBytes } from 'node:crypto';
import type { Scope } from '@/lib/access/scope';
import { issuerBook } from '@/lib/issuers/book';
import type { Environment } from '@/lib/kernel/environments';
import { assert } from '@/lib/kernel/errors';
import { pkiAddresses } from '@/lib/pki/addresses';
import type { VerifiedCsr } from '@/lib/pki/csr-check';
import { draftClientCertificate } from '@/lib/pki/draft';
import { type LintedDraft, lint } from '@/lib/pki/lint';
import { serialFrom } from '@/lib/pki/serial';
import { deployment } from '@/lib/platform/deployment';

export type Plan = {
  issuerId: string;
  serialHex: string;
  tbsDer: Uint8Array;
  notAfter: Date;
  linted: LintedDraft;
};

/**
 * What will be signed: the profile filled from the vetted CSR, by the issuer of the environment, and linted.
 */
export async function planDraft(input: {
  scope: Scope;
  csr: VerifiedCsr;
  legalName: string;
  environment: Environment;
  now: Date;
}): Promise<Plan> {
  const { scope, csr, legalName, environment, now } = input;
  const issuer = issuerBook().issuing(environment, now);
  const serial = serialFrom(randomBytes(16));
  const draft = await draftClientCertificate({
    csr,
    legalName,
    accountId: scope.accountId,
    environment,
    issuerDer: issuer.certificateDer,
    addresses: pkiAddresses(deployment().pkiUrl, issuer.id),
    serial,
    now,
  });
  const result = lint(draft);
  assert('linted' in result, 'a draft made by the profile passes its lints');
  return {
    issuerId: issuer.id,
    serialHex: Buffer.from(serial).toString('hex').toUpperCase(),
    tbsDer: draft.tbsDer,
    notAfter: draft.notAfter,
    linted: result.linted,
  };
}

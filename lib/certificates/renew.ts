/** A certificate after a certificate: a slot beside the old one, the same label, and a link that says what it replaces. */
import { authorize, type Principal, requireEnvironment, type Scope } from '@/lib/access/scope';
import type { CertificateView, CsrCheckView } from '@/lib/contract/views';
import { AppError } from '@/lib/kernel/errors';
import { inScope } from '@/lib/platform/database';
import { checkedCsr, checkedRenewal } from './check';
import { setRule } from './idle-rule';
import { digestOf, issueVetted } from './issue';
import { knownId, noCertificate } from './read';
import { environmentOf } from './view';

export type RenewalRequest = {
  /** A request from a new key, or from the same one; or the old certificate's own key and names again. */
  from: { kind: 'csr'; csr: string | Uint8Array } | { kind: 'same key' };
  /** Asks for the old one to be revoked by itself after so many idle days; null leaves that as it is. */
  revokeOldWhenIdleDays?: number | null | undefined;
  idempotencyKey?: string | null | undefined;
};

/**
 * Issues the renewal of a certificate in its environment, under its label. Both are live until the old one is revoked or
 * ends. The old one's key is judged by the rules of today.
 * @throws AppError `not_found`; `certificate_not_live` when it was revoked; and as `issueCertificate`
 */
export async function renewCertificate(
  principal: Principal,
  id: string,
  request: RenewalRequest,
): Promise<CertificateView> {
  const scope = authorize(principal, 'certificates.issue');
  const old = await renewable(scope, id);
  const { from } = request;
  const days = request.revokeOldWhenIdleDays ?? null;
  const mayRevoke = days === null ? null : authorize(principal, 'certificates.revoke');
  const asked = from.kind === 'same key' ? 'same key' : textOf(from.csr);
  return issueVetted(
    scope,
    {
      environment: environmentOf(old.environment),
      label: old.label,
      idempotencyKey: request.idempotencyKey ?? null,
      requestSha256: digestOf(['renewal', old.id, from.kind, asked, days]),
      replacesId: old.id,
      vet: (lookup) =>
        from.kind === 'same key'
          ? checkedRenewal(scope, old.der, lookup)
          : checkedCsr(scope, from.csr, lookup),
    },
    async () => {
      if (mayRevoke) await setRule(mayRevoke, old.id, days).catch(unlessOver);
    },
  );
}

/**
 * What a renewal with the same key would carry, and everything that stands against it. Nothing is issued or stored.
 * @throws AppError `not_found`; `certificate_not_live` when it was revoked
 */
export async function checkRenewalOf(principal: Principal, id: string): Promise<CsrCheckView> {
  const scope = authorize(principal, 'certificates.check');
  const old = await renewable(scope, id);
  const { facts, findings, csr } = await checkedRenewal(scope, old.der, 'listed or reported');
  return { acceptable: csr !== null, facts, findings };
}

async function renewable(scope: Scope, id: string) {
  const where = { id: knownId(id), accountId: scope.accountId };
  const old = await inScope(scope, (tx) => tx.certificate.findFirst({ where }));
  if (!old) throw noCertificate();
  requireEnvironment(scope, old.environment);
  if (old.revokedAt === null) return old;
  throw new AppError('certificate_not_live', {
    detail: `${old.label} was revoked on ${old.revokedAt.toISOString().slice(0, 10)}, and what was revoked is not renewed. Issue a new certificate.`,
  });
}

/** What ended meanwhile needs no rule; the renewal goes on. */
function unlessOver(error: unknown): void {
  if (error instanceof AppError && error.code === 'certificate_not_live') return;
  throw error;
}

function textOf(csr: string | Uint8Array): string {
  return typeof csr === 'string' ? csr : Buffer.from(csr).toString('base64');
}

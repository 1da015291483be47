/** Whether a certificate is revoked by itself once its renewal is in use and nobody calls with it any more. */
import { authorize, type Principal, requireEnvironment, type Scope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { recordEvent } from '@/lib/audit/record';
import type { CertificateView } from '@/lib/contract/views';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { knownId, noCertificate } from './read';
import { certificateView, statusOf, withSlot } from './view';

/**
 * Asks for a certificate to be revoked after so many idle days, or, with null, no longer. The same again changes nothing.
 * Only a certificate whose renewal is in use is ever revoked so: before there is one, nothing happens.
 * @param days 1 to 90
 * @throws AppError `not_found`, `certificate_not_live`
 */
export async function setIdleRevocation(
  principal: Principal,
  id: string,
  days: number | null,
): Promise<CertificateView> {
  const scope = authorize(principal, 'certificates.revoke');
  await setRule(scope, knownId(id), days);
  const where = { id: knownId(id), accountId: scope.accountId };
  const row = await inScope(scope, (tx) =>
    tx.certificate.findFirstOrThrow({ where, include: withSlot }),
  );
  return certificateView(row, currentTime());
}

/** For whoever holds the right to revoke. @throws AppError as `setIdleRevocation` */
export function setRule(scope: Scope, id: string, days: number | null): Promise<void> {
  return inScope(scope, (tx) => changeRule(tx, scope, { id, days }));
}

async function changeRule(
  tx: Tx,
  scope: Scope,
  { id, days }: { id: string; days: number | null },
): Promise<void> {
  await lockAccount(tx, scope.accountId);
  const where = { id, accountId: scope.accountId };
  const before = await tx.certificate.findFirst({ where });
  if (!before) throw noCertificate();
  requireEnvironment(scope, before.environment);
  if (before.revokeWhenIdleDays === days) return;
  if (days !== null && statusOf(before, currentTime()) !== 'live') {
    throw new AppError('certificate_not_live', {
      detail: `${before.label} is not live, so there is nothing to revoke.`,
    });
  }
  const by = days === null ? null : scope.actor.name;
  await tx.certificate.updateMany({
    where,
    data: { revokeWhenIdleDays: days, revokeWhenIdleBy: by },
  });
  await recordEvent(tx, {
    chain: scope.accountId,
    actor: scope.actor,
    requestId: scope.requestId,
    action: days === null ? 'certificate.idle-rule-dropped' : 'certificate.idle-rule-set',
    object: { kind: 'certificate', id },
    detail: { label: before.label, environment: before.environment, idleDays: days },
  });
}

import type { DeploymentScope } from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import { HOUR_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';

/** Tells an account's own people that support looked into it: at most once an hour for each who looks. */
export async function recordLook(
  tx: Tx,
  scope: DeploymentScope,
  { accountId, why }: { accountId: string; why: string },
): Promise<void> {
  const since = new Date(currentTime().getTime() - HOUR_MS);
  const known = await tx.auditEvent.findFirst({
    where: {
      chain: accountId,
      objectId: accountId,
      action: 'support.looked',
      at: { gt: since },
      actor: { path: ['id'], equals: scope.actor.id },
    },
    select: { id: true },
  });
  if (known) return;
  await recordEvent(tx, {
    chain: accountId,
    actor: scope.actor,
    requestId: scope.requestId,
    action: 'support.looked',
    object: { kind: 'account', id: accountId },
    detail: { why },
  });
}

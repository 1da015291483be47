/** Support reading an account is something its people see: an event of the account, once an hour for each of support. */
import type { DeploymentScope } from '@/lib/access/scope';
import { HOUR_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { recordEvent } from './record';

export const LOOK = 'support.looked';
const ONCE_IN_MS = HOUR_MS;

/**
 * Tells the account that the scope's actor looked into it, unless an event of the last hour says so already.
 * Call it before anything of the account is shown.
 * @param why what led there, in words for the customer: "searched for a serial number"
 */
export async function recordLook(
  scope: DeploymentScope,
  accountId: string,
  why: string,
): Promise<void> {
  await acrossAccounts(scope, async (tx) => {
    // The head's lock puts two looks of the same moment in an order, so that the second finds the first.
    await tx.$queryRaw`SELECT chain FROM audit_head WHERE chain = ${accountId} FOR UPDATE`;
    if (await lookedLately(tx, scope, accountId)) return;
    await recordEvent(tx, {
      chain: accountId,
      actor: scope.actor,
      requestId: scope.requestId,
      action: LOOK,
      object: { kind: 'account', id: accountId },
      detail: { why },
    });
  });
}

async function lookedLately(tx: Tx, scope: DeploymentScope, accountId: string): Promise<boolean> {
  const found = await tx.auditEvent.findFirst({
    where: {
      chain: accountId,
      objectId: accountId,
      action: LOOK,
      actor: { path: ['id'], equals: scope.actor.id },
      at: { gt: new Date(currentTime().getTime() - ONCE_IN_MS) },
    },
    select: { id: true },
  });
  return found !== null;
}

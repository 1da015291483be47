/** From an act that may be done to one that was: exactly once, however many portals and people try. */
import { type DeploymentScope, systemScope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { publisher } from '@/lib/publishing/publisher';
import { edgesApplied } from '@/lib/publishing/receipt';
import { certificatesRevoked } from '@/lib/revocation/revoked';
import { traced } from '@/lib/telemetry/span';
import { doAct } from './doing';
import { lockAct, type StoredAct } from './record';
import { DO_WITHIN_MS, stateOf } from './state';

/**
 * Does an act that is approved, on behalf of whoever asked for it. Where that is no longer possible the act says why;
 * where it was done, expired or failed before, nothing happens.
 */
export async function carryOut(id: string, requestId: string): Promise<void> {
  const scope = systemScope('support acts', requestId);
  try {
    const done = await acrossAccounts(scope, async (tx) => {
      const row = await lockAct(tx, id);
      if (stateOf(row, currentTime()) !== 'approved') return null;
      await doAndStore(tx, { ...scope, actor: row.askedBy }, row);
      return row;
    });
    if (done) await afterwards(done, requestId);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'database_unavailable') throw error;
    await markFailed(scope, id, error.detail);
  }
}

/** Does it and says so on the act, in the caller's transaction. */
export async function doAndStore(tx: Tx, scope: DeploymentScope, row: StoredAct): Promise<void> {
  const { outcome, endsAt } = await doAct(tx, scope, row);
  await tx.supportAct.update({
    where: { id: row.id },
    data: { doneAt: currentTime(), endsAt, outcome },
  });
}

/** What follows a commit. A portal that dies before leaves it to the sweep. */
export async function afterwards(row: StoredAct, requestId: string): Promise<void> {
  publisher().nudge();
  if (row.act.kind !== 'compromise') return;
  certificatesRevoked();
  await takeReceipt(row.id, requestId);
}

/**
 * What was approved and not done, for as long as the approval is good, and receipts that nobody took. Several portals
 * may sweep: each act is done under its lock.
 * @returns how many acts were looked at
 */
export async function sweepActs(): Promise<number> {
  const requestId = `sweep_${currentTime().getTime()}`;
  const scope = systemScope('support acts', requestId);
  const goodSince = new Date(currentTime().getTime() - DO_WITHIN_MS);
  const { toDo, unconfirmed } = await acrossAccounts(scope, async (tx) => ({
    toDo: await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM support_act WHERE decision = 'approved' AND decided_at > ${goodSince}
        AND done_at IS NULL AND failed_at IS NULL ORDER BY decided_at`,
    unconfirmed: await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM support_act WHERE kind = 'compromise' AND done_at > ${goodSince}
        AND NOT outcome ? 'receipt' ORDER BY done_at`,
  }));
  for (const { id } of toDo) {
    await traced({ name: 'carry out an act of support' }, () => carryOut(id, requestId));
  }
  for (const { id } of unconfirmed) await takeReceipt(id, requestId);
  return toDo.length + unconfirmed.length;
}

/** Which edges refuse the revoked certificates by now, and how long that took. */
async function takeReceipt(id: string, requestId: string): Promise<void> {
  const receipt = JSON.stringify({ receipt: await edgesApplied(requestId) });
  await acrossAccounts(
    systemScope('support acts', requestId),
    (tx) => tx.$executeRaw`UPDATE support_act SET outcome = outcome || ${receipt}::jsonb
      WHERE id = ${id} AND NOT outcome ? 'receipt'`,
  );
}

async function markFailed(scope: DeploymentScope, id: string, why: string): Promise<void> {
  await acrossAccounts(scope, async (tx) => {
    const row = await lockAct(tx, id);
    if (stateOf(row, currentTime()) !== 'approved') return;
    await tx.supportAct.update({
      where: { id },
      data: { failedAt: currentTime(), outcome: { why } },
    });
  });
}

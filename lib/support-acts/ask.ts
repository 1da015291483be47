import { authorizeDeployment, type DeploymentScope, type Principal } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import type { Act } from '@/lib/contract/support-acts';
import { requireEnforced } from '@/lib/enforcement/suspension';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { newId } from '@/lib/platform/random';
import { afterwards, doAndStore } from './carry-out';
import { storedAct } from './record';
import { needsSecondPerson, stateOf } from './state';

export type Asked = {
  act: Act;
  /** Null for a compromised key alone. */
  accountId: string | null;
  reason: string;
};

/**
 * Asks for an act. What one person may decide is done at once, in the same transaction; everything else waits for a
 * second person. The customer reads the reason.
 * @throws AppError `not_found`, `act_not_open` when the same waits already, and whatever keeps it from being done
 */
export async function askForAct(
  principal: Principal,
  asked: Asked,
): Promise<{ id: string; isDone: boolean }> {
  const scope = authorizeDeployment(principal, 'support.act');
  const row = await acrossAccounts(scope, async (tx) => {
    await lockForAsking(tx, asked);
    await requireNoSameAct(tx, asked);
    if (asked.act.kind === 'break-glass' && asked.accountId !== null) {
      const { environment } = asked.act;
      await requireEnforced(tx, { accountId: asked.accountId, environment });
    }
    const stored = storedAct(await insert(tx, scope, asked));
    if (stored.needsSecondPerson) await recordAsked(tx, scope, stored.id, asked);
    else await doAndStore(tx, scope, stored);
    return stored;
  });
  if (!row.needsSecondPerson) await afterwards(row, scope.requestId);
  return { id: row.id, isDone: !row.needsSecondPerson };
}

/** One account's acts are asked for in turn; so are those of no account. */
async function lockForAsking(tx: Tx, { accountId, act }: Asked): Promise<void> {
  if (accountId === null && act.kind === 'compromise') {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(7265422)`;
    return;
  }
  const found = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM account WHERE id = ${accountId} FOR NO KEY UPDATE`;
  if (found.length > 0) return;
  throw new AppError('not_found', { detail: 'There is no such account. Check the id.' });
}

/** @throws AppError `act_not_open` */
async function requireNoSameAct(tx: Tx, { act, accountId }: Asked): Promise<void> {
  const open = await tx.supportAct.findMany({
    where: { kind: act.kind, accountId, doneAt: null, failedAt: null, decision: null },
    orderBy: { askedAt: 'desc' },
    take: 50,
  });
  const same = open
    .map(storedAct)
    .find((one) => stateOf(one, currentTime()) === 'waiting' && isSame(one.act, act));
  if (!same) return;
  throw new AppError('act_not_open', {
    detail: `${same.askedBy.name} asked for this at ${same.askedAt.toISOString().slice(11, 16)} UTC, and it waits for a second person. Have that one decided or withdrawn first.`,
  });
}

function isSame(one: Act, other: Act): boolean {
  if (one.kind === 'break-glass' && other.kind === 'break-glass') {
    return one.environment === other.environment;
  }
  if (one.kind === 'compromise' && other.kind === 'compromise') {
    return one.spkiSha256 === other.spkiSha256;
  }
  return one.kind === other.kind;
}

function insert(tx: Tx, scope: DeploymentScope, { act, accountId, reason }: Asked) {
  return tx.supportAct.create({
    data: {
      id: newId('supportAct'),
      kind: act.kind,
      accountId,
      environment: act.kind === 'break-glass' ? act.environment : null,
      input: act,
      reason,
      askedBy: { ...scope.actor },
      askedAt: currentTime(),
      needsSecondPerson: needsSecondPerson(act),
    },
  });
}

/** In the deployment's trail: it is no change of the customer's account yet. */
async function recordAsked(
  tx: Tx,
  scope: DeploymentScope,
  id: string,
  { act, accountId, reason }: Asked,
): Promise<void> {
  await recordEvent(tx, {
    chain: DEPLOYMENT_CHAIN,
    actor: scope.actor,
    requestId: scope.requestId,
    action: 'support-act.asked',
    object: { kind: 'support-act', id },
    detail: { accountId, reason, act },
  });
}

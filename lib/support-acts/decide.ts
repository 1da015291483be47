/** The second person: approves what another asked for, or declines it; whoever asked may withdraw it. */
import { authorizeDeployment, type DeploymentScope, type Principal } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { liftSuspension } from '@/lib/enforcement/suspension';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { failpoint } from '@/lib/platform/failpoint';
import { publisher } from '@/lib/publishing/publisher';
import { carryOut } from './carry-out';
import { ownAccount } from './doing';
import { lockAct, type StoredAct } from './record';
import { stateOf } from './state';

export type Decision = 'approved' | 'declined' | 'withdrawn';

/**
 * Approves and does it. A portal that dies in between has approved it; another does it while the approval is good.
 * @throws AppError `not_found`, `act_not_open`, `forbidden` for whoever asked for it
 */
export async function approveAct(
  principal: Principal,
  id: string,
  note: string | null,
): Promise<void> {
  const scope = authorizeDeployment(principal, 'support.approve');
  await decide(scope, { id, note, decision: 'approved' });
  failpoint('after-approval');
  await carryOut(id, scope.requestId);
}

/** @throws AppError `not_found`, `act_not_open`, `forbidden` for whoever asked for it */
export async function declineAct(principal: Principal, id: string, note: string): Promise<void> {
  const scope = authorizeDeployment(principal, 'support.approve');
  if (note === '') {
    throw new AppError('invalid_request', {
      detail: 'Say why it is declined: who asked for it reads that. Nothing was changed.',
    });
  }
  await decide(scope, { id, note, decision: 'declined' });
}

/** @throws AppError `not_found`, `act_not_open`, `forbidden` for anybody else */
export async function withdrawAct(principal: Principal, id: string): Promise<void> {
  const scope = authorizeDeployment(principal, 'support.act');
  await decide(scope, { id, note: null, decision: 'withdrawn' });
}

/**
 * Ends early what would end by itself.
 * @throws AppError `not_found`, `act_not_open` where nothing of it runs
 */
export async function endAct(principal: Principal, id: string): Promise<void> {
  const scope = authorizeDeployment(principal, 'support.act');
  await acrossAccounts(scope, async (tx) => {
    const row = await lockAct(tx, id);
    if (row.act.kind !== 'break-glass' || stateOf(row, currentTime()) !== 'running') {
      throw notOpen('It does not run any more, so there is nothing to end.');
    }
    const accountId = ownAccount(row);
    await lockAccount(tx, accountId);
    const { environment } = row.act;
    await liftSuspension(tx, scope, { accountId, environment, by: scope.actor.name });
  });
  publisher().nudge();
}

async function decide(
  scope: DeploymentScope,
  { id, decision, note }: { id: string; decision: Decision; note: string | null },
): Promise<void> {
  await acrossAccounts(scope, async (tx) => {
    const row = await lockAct(tx, id);
    requireRightPerson(scope, row, decision);
    const now = currentTime();
    const state = stateOf(row, now);
    if (state !== 'waiting') throw notOpen(`It waits for no decision any more: ${state}.`);
    await tx.supportAct.update({
      where: { id },
      data: {
        decision,
        decidedBy: { ...scope.actor },
        decidedAt: now,
        decisionNote: note === '' ? null : note,
      },
    });
    await recordDecision(tx, scope, { row, decision, note });
  });
}

/** @throws AppError `forbidden` */
function requireRightPerson(scope: DeploymentScope, row: StoredAct, decision: Decision): void {
  const isOwn = row.askedBy.id === scope.actor.id;
  if (decision === 'withdrawn' && !isOwn) {
    throw new AppError('forbidden', {
      detail: `Only ${row.askedBy.name}, who asked for it, can withdraw it. A support lead can decline it.`,
    });
  }
  if (decision !== 'withdrawn' && isOwn) {
    throw new AppError('forbidden', {
      detail: 'You asked for this yourself, so another support lead must decide it.',
    });
  }
}

async function recordDecision(
  tx: Tx,
  scope: DeploymentScope,
  given: { row: StoredAct; decision: Decision; note: string | null },
): Promise<void> {
  const { row, decision, note } = given;
  await recordEvent(tx, {
    chain: DEPLOYMENT_CHAIN,
    actor: scope.actor,
    requestId: scope.requestId,
    action: `support-act.${decision}`,
    object: { kind: 'support-act', id: row.id },
    detail: { accountId: row.accountId, kind: row.act.kind, note },
  });
}

function notOpen(detail: string): AppError {
  return new AppError('act_not_open', { detail });
}

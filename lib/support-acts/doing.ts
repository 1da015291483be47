/** How each act is done: one transaction, one event in the customer's trail, and a notice to whom it concerns. */
import type { DeploymentScope } from '@/lib/access/scope';
import type { AccountAct, Act } from '@/lib/contract/support-acts';
import { suspendEnforcement } from '@/lib/enforcement/suspension';
import { AppError, unreachable } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { recordChange } from '@/lib/publishing/changes';
import { blockCompromisedKey } from './compromise';
import { grantManageMtls } from './grant';
import { actDetail, type StoredAct } from './record';
import { already, type Doing, type Done, recordAccountEvent, saidBy, tell } from './telling';

/**
 * Does what was asked. The caller holds the locks of the account and of the act.
 * @throws AppError `invalid_request`, `not_found` when it is no longer possible
 */
export async function doAct(tx: Tx, scope: DeploymentScope, row: StoredAct): Promise<Done> {
  const { act } = row;
  if (act.kind === 'compromise') return blockCompromisedKey(tx, { scope, row, act });
  return doToAccount(tx, { scope, row, act, accountId: ownAccount(row) });
}

/** @throws AppError `not_found` for an act of an account without one */
export function ownAccount({ accountId }: Pick<StoredAct, 'accountId'>): string {
  if (accountId !== null) return accountId;
  throw new AppError('not_found', { detail: 'There is no such account. Check the id.' });
}

function doToAccount(tx: Tx, doing: Doing<AccountAct>): Promise<Done> {
  const { act, ...rest } = doing;
  switch (act.kind) {
    case 'suspend-account':
      return changeStanding(tx, { ...rest, to: 'suspended' });
    case 'resume-account':
      return changeStanding(tx, { ...rest, to: 'active' });
    case 'live-limit':
      return changeLimit(tx, { ...rest, act });
    case 'plan':
      return changePlan(tx, { ...rest, act });
    case 'grant-manage-mtls':
      return grantManageMtls(tx, { ...rest, act });
    case 'break-glass':
      return breakGlass(tx, { ...rest, act });
    default:
      return unreachable(act);
  }
}

async function changeStanding(
  tx: Tx,
  doing: Omit<Doing, 'act'> & { to: 'suspended' | 'active' },
): Promise<Done> {
  const { accountId, to } = doing;
  const { suspendedAt } = await tx.account.findUniqueOrThrow({ where: { id: accountId } });
  const is = suspendedAt ? 'suspended' : 'active';
  if (is === to) throw already(`The account is ${to} already.`);
  const at = to === 'suspended' ? currentTime() : null;
  await tx.account.update({ where: { id: accountId }, data: { suspendedAt: at } });
  await recordAccountEvent(tx, doing, {
    action: to === 'suspended' ? 'account.suspended' : 'account.resumed',
    detail: {},
  });
  await recordChange(tx, { kind: 'account', accountId });
  const kind = to === 'suspended' ? 'account-suspended' : 'account-resumed';
  await tell(tx, doing, { kind, ...saidBy(doing) });
  return { outcome: { before: is }, endsAt: null };
}

/** Nothing is revoked where it falls below what is live: slots are counted when the next is asked for. */
async function changeLimit(tx: Tx, doing: Doing<Extract<Act, { kind: 'live-limit' }>>) {
  const { accountId, act } = doing;
  const { liveLimit: from } = await tx.account.findUniqueOrThrow({ where: { id: accountId } });
  if (from === act.limit) throw already(`The limit is ${from} already.`);
  await tx.account.update({ where: { id: accountId }, data: { liveLimit: act.limit } });
  await recordAccountEvent(tx, doing, {
    action: 'account.live-limit-changed',
    detail: { from, to: act.limit },
  });
  await tell(tx, doing, { kind: 'live-limit-changed', ...saidBy(doing), from, to: act.limit });
  return { outcome: { before: from }, endsAt: null };
}

async function changePlan(tx: Tx, doing: Doing<Extract<Act, { kind: 'plan' }>>): Promise<Done> {
  const { accountId, act } = doing;
  const { plan: from } = await tx.account.findUniqueOrThrow({ where: { id: accountId } });
  if (from === act.plan) throw already('The account has that plan already.');
  await tx.account.update({ where: { id: accountId }, data: { plan: act.plan } });
  await recordAccountEvent(tx, doing, {
    action: 'account.plan-changed',
    detail: { from, to: act.plan },
  });
  await tell(tx, doing, { kind: 'plan-changed', ...saidBy(doing), plan: act.plan });
  return { outcome: { before: from }, endsAt: null };
}

async function breakGlass(tx: Tx, doing: Doing<Extract<Act, { kind: 'break-glass' }>>) {
  const { accountId, act, row, scope } = doing;
  const { environment, minutes } = act;
  const endsAt = await suspendEnforcement(tx, scope, {
    ...{ accountId, environment, minutes },
    reason: row.reason,
    detail: actDetail(row),
  });
  return { outcome: {}, endsAt };
}

/** Seeing an account as its customers do: to read, for half an hour, told to the account. */
import { authorizeDeployment, type Principal, systemScope } from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { knownAccount } from './timeline';

export const VIEW_MINUTES = 30;
const REASON_CHARACTERS = { least: 5, most: 300 };

/**
 * Turns a session into one that sees an account as its customers do, for 30 minutes. Its people see that, and why.
 * @param sessionId of the principal, as read for this request
 * @throws AppError `invalid_request` without a reason; `not_found`, `forbidden`
 */
export async function startView(
  principal: Principal,
  { sessionId, accountId, reason }: { sessionId: string; accountId: unknown; reason: string },
): Promise<{ until: string }> {
  const scope = authorizeDeployment(principal, 'support.look');
  const id = knownAccount(accountId);
  const why = reason.trim();
  if (why.length < REASON_CHARACTERS.least || why.length > REASON_CHARACTERS.most) {
    throw new AppError('invalid_request', {
      detail: `Say why in ${REASON_CHARACTERS.least} to ${REASON_CHARACTERS.most} characters: the customer reads it.`,
    });
  }
  const now = currentTime();
  const until = new Date(now.getTime() + VIEW_MINUTES * MINUTE_MS);
  await acrossAccounts(scope, async (tx) => {
    if (!(await tx.account.findUnique({ where: { id }, select: { id: true } }))) {
      throw new AppError('not_found', { detail: 'There is no such account.' });
    }
    const turned = await tx.session.updateMany({
      where: { id: sessionId, personId: scope.actor.id, revokedAt: null },
      data: { viewAccountId: id, viewReason: why, viewStartedAt: now, viewUntil: until },
    });
    if (turned.count === 0) throw new AppError('not_found', { detail: 'The session is over.' });
    await recordEvent(tx, {
      chain: id,
      actor: scope.actor,
      requestId: scope.requestId,
      action: 'support.view-started',
      object: { kind: 'account', id },
      detail: { why, until: until.toISOString() },
    });
  });
  return { until: until.toISOString() };
}

/**
 * Ends the view of a session. One that ended by its time is over already, and nothing is changed.
 * @returns the account that was seen, or null
 */
export async function endView(principal: Principal, sessionId: string): Promise<string | null> {
  const { actor, requestId } = principal;
  return acrossAccounts(systemScope('authentication', requestId), async (tx) => {
    const session = await tx.session.findFirst({ where: { id: sessionId, personId: actor.id } });
    const id = session?.viewAccountId ?? null;
    if (!session || id === null) return null;
    const ended = await tx.session.updateMany({
      where: { id: sessionId, viewAccountId: id },
      data: { viewAccountId: null, viewReason: null, viewStartedAt: null, viewUntil: null },
    });
    const isOver = session.viewUntil === null || session.viewUntil <= currentTime();
    if (ended.count === 0 || isOver) return id;
    await recordEvent(tx, {
      chain: id,
      actor,
      requestId,
      action: 'support.view-ended',
      object: { kind: 'account', id },
      detail: {},
    });
    return id;
  });
}

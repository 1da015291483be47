/**
 * Break-glass: enforcement is suspended on one account in one environment, whoever's policy it is, and comes back by
 * itself. Edges have both moments in their timeline, so it ends on time without a portal.
 */
import { authorize, type DeploymentScope, type Principal } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { recordEvent } from '@/lib/audit/record';
import { modeAt, strictest } from '@/lib/edge/mode';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { recordNotice } from '@/lib/mail/notices';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { recordChange } from '@/lib/publishing/changes';
import { publisher } from '@/lib/publishing/publisher';
import { noteEnded } from '@/lib/support-acts/ended';
import { mustBeEnvironment, type PolicyAbove, timelineOf } from './read';

type Acting = Pick<DeploymentScope, 'actor' | 'requestId'>;
type Place = { accountId: string; environment: Environment };

/**
 * Suspends what is enforced there, from now on. The caller holds the account's lock, as the owner of the tables.
 * @returns when it ends: a whole second, as edges count
 * @throws AppError `invalid_request` when nothing is enforced there, or it is suspended already
 */
export async function suspendEnforcement(
  tx: Tx,
  acting: Acting,
  input: Place & { minutes: number; reason: string; detail: Record<string, string> },
): Promise<Date> {
  const { accountId, environment, minutes, reason, detail } = input;
  const now = currentTime();
  await requireEnforced(tx, { accountId, environment });
  // Down: the database refuses more than a day.
  const seconds = Math.floor((now.getTime() + minutes * MINUTE_MS) / SECOND_MS);
  const endsAt = new Date(seconds * SECOND_MS);
  const data = { suspendedFrom: now, suspendedUntil: endsAt, suspendedBy: acting.actor.name };
  await tx.enforcement.upsert({
    where: { accountId_environment: { accountId, environment } },
    // Nothing of its own: what a parent enforces is suspended.
    create: {
      ...{ accountId, environment, mode: 'off' },
      ...{ changedAt: now, changedBy: acting.actor.name },
      ...data,
    },
    update: data,
  });
  await recordEvent(tx, {
    chain: accountId,
    actor: acting.actor,
    requestId: acting.requestId,
    action: 'enforcement.suspended',
    object: { kind: 'enforcement', id: environment },
    detail: { environment, minutes, endsAt: endsAt.toISOString(), ...detail },
  });
  await recordChange(tx, { kind: 'account', accountId });
  await recordNotice(tx, {
    accountId,
    key: `suspension-started/${accountId}/${environment}/${now.toISOString()}`,
    data: {
      kind: 'suspension-started',
      ...{ environment, reason, by: acting.actor.name, until: endsAt.toISOString() },
    },
  });
  return endsAt;
}

/** @throws AppError `invalid_request` when nothing is enforced there, or that is suspended already */
export async function requireEnforced(tx: Tx, place: Place): Promise<void> {
  const { environment } = place;
  const found = await enforcedAt(tx, place);
  if (!found.isEnforced) {
    throw new AppError('invalid_request', {
      detail: `Nothing is enforced on this account in ${environment}, so there is nothing to suspend. Look at its refused calls for another reason.`,
    });
  }
  if (found.suspendedUntil) {
    throw new AppError('invalid_request', {
      detail: `Enforcement in ${environment} is suspended until ${found.suspendedUntil.toISOString()} already. End that first to ask for another time.`,
    });
  }
}

/** Whether the account's own policy or one above it enforces now, and until when that is suspended. */
export async function enforcedAt(
  tx: Tx,
  { accountId, environment }: Place,
): Promise<{ isEnforced: boolean; suspendedUntil: Date | null }> {
  const now = currentTime();
  const own = await tx.enforcement.findFirst({ where: { accountId, environment } });
  const above = await tx.$queryRaw<PolicyAbove[]>`
    SELECT environment, mode, trial_ends_at AS "trialEndsAt", trial_before AS "trialBefore"
    FROM countersign_policies_above(${accountId})`;
  const policies = above.filter((row) => row.environment === environment).map(timelineOf);
  const mode = modeAt(
    strictest(own ? [timelineOf(own), ...policies] : policies),
    now.getTime() / SECOND_MS,
  );
  const until = own?.suspendedUntil ?? null;
  return {
    isEnforced: mode === 'enforce',
    suspendedUntil: until && until > now ? until : null,
  };
}

/**
 * Ends a suspension early, by the account itself. A repeat changes nothing.
 * @throws AppError `not_found` for an environment that there is not
 */
export async function endSuspension(
  principal: Principal,
  environment: Environment,
): Promise<{ ended: boolean }> {
  const scope = authorize(principal, 'enforcement.change', environment);
  mustBeEnvironment(environment);
  const ended = await inScope(scope, async (tx) => {
    await lockAccount(tx, scope.accountId);
    return liftSuspension(tx, scope, {
      accountId: scope.accountId,
      environment,
      by: scope.actor.name,
    });
  });
  publisher().nudge();
  return { ended };
}

/**
 * What the policy says holds again from now on. The caller holds the account's lock.
 * @param place.by null when its time is over
 * @returns false where nothing was suspended
 */
export async function liftSuspension(
  tx: Tx,
  acting: Acting,
  place: Place & { by: string | null },
): Promise<boolean> {
  const { accountId, environment, by } = place;
  const now = currentTime();
  const own = await tx.enforcement.findFirst({ where: { accountId, environment } });
  if (!own?.suspendedUntil) return false;
  const isOver = own.suspendedUntil <= now;
  await tx.enforcement.update({
    where: { accountId_environment: { accountId, environment } },
    data: { suspendedFrom: null, suspendedUntil: null, suspendedBy: null },
  });
  await noteEnded(tx, { accountId, environment, by: isOver ? null : by });
  await recordEvent(tx, {
    chain: accountId,
    actor: acting.actor,
    requestId: acting.requestId,
    action: 'enforcement.suspension-ended',
    object: { kind: 'enforcement', id: environment },
    detail: {
      environment,
      until: own.suspendedUntil.toISOString(),
      end: isOver ? 'by itself' : 'asked',
    },
  });
  await recordChange(tx, { kind: 'account', accountId });
  await recordNotice(tx, {
    accountId,
    key: `suspension-ended/${accountId}/${environment}/${own.suspendedUntil.toISOString()}`,
    data: { kind: 'suspension-ended', environment, by: isOver ? null : by },
  });
  return true;
}

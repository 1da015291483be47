/**
 * What happens to policies by the clock: trials that nobody confirmed go back, scheduled trials start, and people are
 * reminded before. Edges revert a trial at its instant alone; this writes down that they did. Several portals may
 * sweep: each change is made under the account's lock, by whoever comes first.
 */
import { randomUUID } from 'node:crypto';
import { accountScope, type DeploymentScope, type Scope, systemScope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { requirePlan } from '@/lib/accounts/plan';
import { type Environment, isEnvironment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, inScope, type Tx } from '@/lib/platform/database';
import { publisher } from '@/lib/publishing/publisher';
import { traced } from '@/lib/telemetry/span';
import {
  ownPolicy,
  type Policy,
  REMINDERS_MINUTES,
  remindersDue,
  requireEvidence,
  startTrial,
  writePolicy,
} from './policy';
import { liftSuspension } from './suspension';

const MAX_AT_ONCE = 100;

/** @returns how many policies were changed */
export async function sweepEnforcement(): Promise<number> {
  const scope = systemScope('enforcement', `sweep_${randomUUID()}`);
  const due = await dueRows(scope);
  let changed = 0;
  for (const { accountId, environment } of due) {
    if (!isEnvironment(environment)) continue;
    const inAccount = accountScope(scope, accountId, 'enforcement.change');
    const attributes = { 'countersign.environment': environment };
    changed += await traced({ name: 'bring a policy up to date', attributes }, () =>
      inScope(inAccount, (tx) =>
        bringUpToDate(tx, { sweep: scope, scope: inAccount, environment }),
      ),
    );
  }
  if (changed > 0) publisher().nudge();
  return changed;
}

/** Nothing changes in a suspended account; its edges have reverted by themselves, and its calls are refused anyway. */
async function dueRows(
  scope: DeploymentScope,
): Promise<{ accountId: string; environment: string }[]> {
  const now = currentTime();
  const reminded = new Date(now.getTime() + Math.max(...REMINDERS_MINUTES) * MINUTE_MS);
  return acrossAccounts(
    scope,
    (tx) => tx.$queryRaw<{ accountId: string; environment: string }[]>`
      SELECT e.account_id AS "accountId", e.environment FROM enforcement e JOIN account a ON a.id = e.account_id
      WHERE a.suspended_at IS NULL AND (e.trial_ends_at <= ${now} OR e.scheduled_for <= ${now} OR e.suspended_until <= ${now}
        OR (e.scheduled_for <= ${reminded} AND cardinality(e.reminded_minutes) < ${REMINDERS_MINUTES.length}))
      ORDER BY least(e.trial_ends_at, e.scheduled_for, e.suspended_until) LIMIT ${MAX_AT_ONCE}`,
  );
}

type Due = { sweep: DeploymentScope; scope: Scope; environment: Environment };

async function bringUpToDate(tx: Tx, due: Due): Promise<number> {
  const { scope, environment } = due;
  await lockAccount(tx, scope.accountId);
  const { policy, row } = await ownPolicy(tx, scope, environment);
  const now = currentTime();
  if (row?.suspendedUntil && row.suspendedUntil <= now) {
    await liftSuspension(tx, scope, { accountId: scope.accountId, environment, by: null });
    return 1;
  }
  if (row?.trialEndsAt && row.trialEndsAt <= now) {
    await revert(tx, scope, environment, policy);
    return 1;
  }
  const { schedule } = policy;
  if (!schedule) return 0;
  if (schedule.at <= now) {
    await startScheduled(tx, due, policy);
    return 1;
  }
  return remind(tx, scope, environment, policy);
}

async function revert(
  tx: Tx,
  scope: Scope,
  environment: Environment,
  policy: Policy,
): Promise<void> {
  const { mode } = policy;
  await writePolicy(tx, scope, {
    environment,
    policy: { ...policy, trial: null },
    event: { action: 'enforcement.reverted', detail: { to: mode } },
    notice: {
      about: 'enforcement-reverted',
      data: { kind: 'enforcement-reverted', environment, to: mode },
    },
  });
}

async function startScheduled(
  tx: Tx,
  { sweep, scope, environment }: Due,
  policy: Policy,
): Promise<void> {
  const { schedule } = policy;
  if (!schedule) return;
  const { minutes, override, at, by } = schedule;
  const possible = requirePlan(tx, scope.accountId).then(() =>
    requireEvidence(tx, environment, override),
  );
  const why = await possible.then(
    () => null,
    (error: unknown) => {
      if (error instanceof AppError) return error;
      throw error;
    },
  );
  if (why === null) {
    const asker = { ...sweep, actor: by };
    const asked = accountScope(asker, scope.accountId, 'enforcement.change');
    await startTrial(tx, asked, { environment, policy, minutes, override, start: 'scheduled' });
    return;
  }
  await writePolicy(tx, scope, {
    environment,
    policy: { ...policy, schedule: null },
    event: { action: 'enforcement.not-started', detail: { at: at.toISOString(), why: why.code } },
    notice: {
      about: 'enforcement-not-started',
      data: { kind: 'enforcement-not-started', environment, at: at.toISOString(), why: why.detail },
    },
  });
}

/** One reminder, of the nearest of the moments that have come; those before it are then too late. */
async function remind(
  tx: Tx,
  scope: Scope,
  environment: Environment,
  policy: Policy,
): Promise<number> {
  const { schedule } = policy;
  if (!schedule) return 0;
  const come = remindersDue(schedule.at);
  const nearest = come.at(-1);
  if (nearest === undefined || schedule.remindedMinutes.includes(nearest)) return 0;
  await writePolicy(tx, scope, {
    environment,
    policy: { ...policy, schedule: { ...schedule, remindedMinutes: come } },
    event: null,
    notice: {
      about: `enforcement-reminder-${nearest}`,
      data: {
        kind: 'enforcement-scheduled',
        environment,
        by: schedule.by.name,
        at: schedule.at.toISOString(),
        trialMinutes: schedule.minutes,
        isReminder: true,
      },
    },
  });
  return 1;
}

import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { requirePlan } from '@/lib/accounts/plan';
import { MAX_SCHEDULE_DAYS, TRIAL_MINUTES } from '@/lib/contract/enforcement';
import type { EnforcementView } from '@/lib/contract/views';
import type { EnforcementMode, Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { DAY_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { publisher } from '@/lib/publishing/publisher';
import {
  ownPolicy,
  type Policy,
  remindersDue,
  requireEvidence,
  startTrial,
  writePolicy,
} from './policy';
import { enforcementOf, mustBeEnvironment } from './read';
import { mustMatch } from './tag';

export type EnforcementWish = {
  mode: EnforcementMode;
  /** How long enforcement is on trial; 0: from now on, without a trial, which needs `override`. */
  trialMinutes?: number | undefined;
  /** When the trial is to start; now where there is none. */
  at?: Date | null | undefined;
  /** Why enforcement should start without the evidence of a recent call, or without a trial. */
  override?: { reason: string } | null | undefined;
  /** If-Match: done only while what is enforced has one of these tags. */
  ifMatch?: string | null | undefined;
};

/**
 * Sets the mode; edges hold to it within a second. Enforcement starts on trial and goes back by itself unless
 * `confirmEnforcement` is called in time. The same mode again changes nothing but to end a schedule.
 * @throws AppError `plan_required`, `no_live_certificate`, `no_recent_mtls_call`, `invalid_request`,
 *   `precondition_failed`
 */
export async function setEnforcement(
  principal: Principal,
  environment: Environment,
  wish: EnforcementWish,
): Promise<EnforcementView> {
  const scope = authorize(principal, 'enforcement.change', environment);
  mustBeEnvironment(environment);
  const view = await inScope(scope, async (tx) => {
    await lockAccount(tx, scope.accountId);
    if (wish.ifMatch) mustMatch(wish.ifMatch, await enforcementOf(tx, scope, environment));
    const { policy } = await ownPolicy(tx, scope, environment);
    if (wish.at) await schedule(tx, scope, { environment, policy, wish, at: wish.at });
    else if (policy.mode === wish.mode) await endSchedule(tx, scope, environment, policy);
    else if (wish.mode === 'enforce') await enforce(tx, scope, { environment, policy, wish });
    else await relax(tx, scope, { environment, policy, mode: wish.mode });
    return enforcementOf(tx, scope, environment);
  });
  publisher().nudge();
  return view;
}

type Wished = { environment: Environment; policy: Policy; wish: EnforcementWish };

async function enforce(tx: Tx, scope: Scope, { environment, policy, wish }: Wished): Promise<void> {
  const override = wish.override?.reason ?? null;
  const minutes = wish.trialMinutes ?? TRIAL_MINUTES.usual;
  await requirePlan(tx, scope.accountId);
  await requireEvidence(tx, environment, override);
  if (minutes > 0) {
    await startTrial(tx, scope, { environment, policy, minutes, override, start: 'asked' });
    return;
  }
  if (override === null) throw needsReason('Enforcement without a trial');
  await writePolicy(tx, scope, {
    environment,
    policy: { ...policy, mode: 'enforce', trial: null, schedule: null },
    event: {
      action: 'enforcement.changed',
      detail: { from: policy.mode, to: 'enforce', override },
    },
    notice: changed(scope, environment, 'enforce'),
  });
}

async function relax(
  tx: Tx,
  scope: Scope,
  input: { environment: Environment; policy: Policy; mode: 'off' | 'observe' },
): Promise<void> {
  const { environment, policy, mode } = input;
  const observedSince = mode === 'off' ? null : (policy.observedSince ?? currentTime());
  await writePolicy(tx, scope, {
    environment,
    policy: { mode, observedSince, trial: null, schedule: null },
    event: { action: 'enforcement.changed', detail: { from: policy.mode, to: mode } },
    // Nobody has to be told that calls are looked at.
    notice: policy.mode === 'enforce' ? changed(scope, environment, mode) : null,
  });
}

async function schedule(
  tx: Tx,
  scope: Scope,
  { environment, policy, wish, at }: Wished & { at: Date },
): Promise<void> {
  const now = currentTime().getTime();
  const minutes = wish.trialMinutes ?? TRIAL_MINUTES.usual;
  if (wish.mode !== 'enforce' || minutes === 0) {
    throw new AppError('invalid_request', {
      detail:
        'Only the start of a trial of enforcement can be put off. Send mode "enforce" and at least one minute of trial.',
    });
  }
  if (policy.mode === 'enforce') {
    throw new AppError('invalid_request', {
      detail: `${environment} is enforced already, so there is nothing to start later.`,
    });
  }
  if (!(at.getTime() > now && at.getTime() <= now + MAX_SCHEDULE_DAYS * DAY_MS)) {
    throw new AppError('invalid_request', {
      detail: `"at" is ${at.toISOString()}. It must lie ahead, by at most ${MAX_SCHEDULE_DAYS} days.`,
    });
  }
  const override = wish.override?.reason ?? null;
  await requirePlan(tx, scope.accountId);
  await requireEvidence(tx, environment, override);
  await writePolicy(tx, scope, {
    environment,
    policy: {
      ...policy,
      // Who asks for it an hour before needs no reminder of the day before.
      schedule: { at, minutes, by: scope.actor, override, remindedMinutes: remindersDue(at) },
    },
    event: {
      action: 'enforcement.scheduled',
      detail: { at: at.toISOString(), minutes, override },
    },
    notice: {
      about: 'enforcement-scheduled',
      data: {
        kind: 'enforcement-scheduled',
        environment,
        by: scope.actor.name,
        at: at.toISOString(),
        trialMinutes: minutes,
        isReminder: false,
      },
    },
  });
}

async function endSchedule(
  tx: Tx,
  scope: Scope,
  environment: Environment,
  policy: Policy,
): Promise<void> {
  if (!policy.schedule) return;
  await writePolicy(tx, scope, {
    environment,
    policy: { ...policy, schedule: null },
    event: {
      action: 'enforcement.schedule-cancelled',
      detail: { at: policy.schedule.at.toISOString() },
    },
    notice: null,
  });
}

function changed(scope: Scope, environment: Environment, mode: EnforcementMode) {
  const by = scope.actor.name;
  return {
    about: 'enforcement',
    data: { kind: 'enforcement-changed' as const, environment, mode, by },
  };
}

function needsReason(what: string): AppError {
  return new AppError('invalid_request', {
    detail: `${what} needs a reason, which is kept in the activity. Send "override": {"reason": "..."}.`,
  });
}

/** One account's own policy in one environment, and the one way in which it changes. */
import { z } from 'zod';
import type { Enforcement } from '@/generated/prisma/client';
import { ACTOR_KINDS, type Scope } from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import { type EnforcementMode, type Environment, isMode } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { type NoticeData, recordNotice } from '@/lib/mail/notices';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { recordChange } from '@/lib/publishing/changes';
import { mtlsEvidence } from './evidence';

/** How young the newest call with a certificate must be for enforcement to be started. */
export const EVIDENCE_DAYS = 7;

/** Before a scheduled trial starts. */
export const REMINDERS_MINUTES = [24 * 60, 60] as const;

/** Those of the reminders whose moment has come. */
export function remindersDue(at: Date): number[] {
  const left = at.getTime() - currentTime().getTime();
  return REMINDERS_MINUTES.filter((minutes) => left <= minutes * MINUTE_MS);
}

export type Policy = {
  mode: EnforcementMode;
  observedSince: Date | null;
  trial: { startedAt: Date; endsAt: Date; before: EnforcementMode } | null;
  schedule: Schedule | null;
};
export type Schedule = {
  at: Date;
  minutes: number;
  by: Scope['actor'];
  override: string | null;
  remindedMinutes: number[];
};

const actorSchema = z.object({
  kind: z.enum(ACTOR_KINDS),
  id: z.string(),
  name: z.string(),
});
const NOTHING: Policy = { mode: 'off', observedSince: null, trial: null, schedule: null };

/** The policy as it stands; a trial that ended is one that was reverted, whether or not that is written yet. */
export async function ownPolicy(
  tx: Tx,
  scope: Scope,
  environment: Environment,
): Promise<{ policy: Policy; row: Enforcement | null }> {
  const { accountId } = scope;
  const row = await tx.enforcement.findFirst({ where: { accountId, environment } });
  return { policy: row ? policyOf(row) : NOTHING, row };
}

function policyOf(row: Enforcement): Policy {
  const { trialStartedAt, trialEndsAt, trialBefore } = row;
  const trial =
    trialStartedAt && trialEndsAt
      ? { startedAt: trialStartedAt, endsAt: trialEndsAt, before: modeOf(trialBefore ?? 'off') }
      : null;
  const ended = trial !== null && trial.endsAt <= currentTime();
  return {
    mode: ended ? trial.before : modeOf(row.mode),
    observedSince: row.observedSince,
    trial: ended ? null : trial,
    schedule: scheduleOf(row),
  };
}

function scheduleOf(row: Enforcement): Schedule | null {
  if (!row.scheduledFor || row.scheduledMinutes === null) return null;
  return {
    at: row.scheduledFor,
    minutes: row.scheduledMinutes,
    by: actorSchema.parse(row.scheduledBy),
    override: row.scheduledOverride,
    remindedMinutes: row.remindedMinutes,
  };
}

export function modeOf(text: string): EnforcementMode {
  if (!isMode(text)) throw new Error(`unknown mode ${text}`);
  return text;
}

/** Writes the policy with all that tells of it: audit, edges, people. The caller holds the account's lock. */
export async function writePolicy(
  tx: Tx,
  scope: Scope,
  change: {
    environment: Environment;
    policy: Policy;
    event: { action: string; detail: Record<string, string | number | null> } | null;
    notice: { about: string; data: NoticeData } | null;
  },
): Promise<void> {
  const { accountId } = scope;
  const { environment, policy, event, notice } = change;
  const { mode, observedSince, trial, schedule } = policy;
  const now = currentTime();
  const data = {
    mode,
    observedSince,
    trialStartedAt: trial?.startedAt ?? null,
    trialEndsAt: trial?.endsAt ?? null,
    trialBefore: trial?.before ?? null,
    scheduledFor: schedule?.at ?? null,
    scheduledMinutes: schedule?.minutes ?? null,
    scheduledOverride: schedule?.override ?? null,
    remindedMinutes: schedule?.remindedMinutes ?? [],
    ...(schedule ? { scheduledBy: { ...schedule.by } } : {}),
  };
  const said = { changedAt: now, changedBy: scope.actor.name };
  await tx.enforcement.upsert({
    where: { accountId_environment: { accountId, environment } },
    create: { accountId, environment, ...data, ...said },
    update: event ? { ...data, ...said } : data,
  });
  if (event) {
    await recordEvent(tx, {
      chain: accountId,
      actor: scope.actor,
      requestId: scope.requestId,
      action: event.action,
      object: { kind: 'enforcement', id: environment },
      detail: { environment, ...event.detail },
    });
    await recordChange(tx, { kind: 'account', accountId });
  }
  if (notice) {
    const key = `${notice.about}/${accountId}/${environment}/${now.toISOString()}/${scope.requestId}`;
    await recordNotice(tx, { accountId, key, data: notice.data });
  }
}

/**
 * Passes when something could connect, and did lately, or when a reason stands for that.
 * @throws AppError `no_live_certificate`, `no_recent_mtls_call` (members: `lastMtlsCallAt`)
 */
export async function requireEvidence(
  tx: Tx,
  environment: Environment,
  override: string | null,
): Promise<void> {
  const now = currentTime();
  const { live, lastSeenAt } = await mtlsEvidence(tx, environment, now);
  if (live === 0) {
    throw new AppError('no_live_certificate', {
      detail: `This account has no live certificate in ${environment}, so every call would be refused. Issue one first.`,
    });
  }
  const isRecent = lastSeenAt && now.getTime() - lastSeenAt.getTime() <= EVIDENCE_DAYS * DAY_MS;
  if (isRecent || override !== null) return;
  throw new AppError('no_recent_mtls_call', {
    detail: `No call with a certificate of this account passed in ${environment} in the last ${EVIDENCE_DAYS} days${lastSeenAt ? `; the newest was on ${lastSeenAt.toISOString().slice(0, 10)}` : ''}. Make one to the mTLS host first, or say why enforcement should start all the same (override).`,
    members: { lastMtlsCallAt: lastSeenAt?.toISOString() ?? null },
  });
}

/** A trial of enforcement from now on: it goes back by itself unless it is confirmed. */
export async function startTrial(
  tx: Tx,
  scope: Scope,
  input: {
    environment: Environment;
    policy: Policy;
    minutes: number;
    override: string | null;
    start: 'asked' | 'scheduled';
  },
): Promise<void> {
  const { environment, policy, minutes, override, start } = input;
  const startedAt = currentTime();
  const endsAt = new Date(startedAt.getTime() + minutes * MINUTE_MS);
  const before = policy.mode;
  await writePolicy(tx, scope, {
    environment,
    policy: { ...policy, mode: 'enforce', trial: { startedAt, endsAt, before }, schedule: null },
    event: {
      action: 'enforcement.trial-started',
      detail: { from: before, minutes, endsAt: endsAt.toISOString(), start, override },
    },
    notice: {
      about: 'enforcement-trial',
      data: {
        kind: 'enforcement-trial',
        environment,
        by: scope.actor.name,
        before,
        endsAt: endsAt.toISOString(),
      },
    },
  });
}

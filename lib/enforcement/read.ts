import { z } from 'zod';
import type { Enforcement } from '@/generated/prisma/client';
import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import type { EnforcementConsequence, EnforcementView } from '@/lib/contract/views';
import { modeAt, policyTimeline, strictest, type Timeline } from '@/lib/edge/mode';
import {
  ENFORCEMENT_MODES,
  ENVIRONMENTS,
  type EnforcementMode,
  type Environment,
  isEnvironment,
} from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { SECOND_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { mtlsEvidence } from './evidence';
import { modeOf } from './policy';

export async function getEnforcement(
  principal: Principal,
  environment: Environment,
): Promise<EnforcementView> {
  const scope = authorize(principal, 'enforcement.read');
  mustBeEnvironment(environment);
  return inScope(scope, (tx) => enforcementOf(tx, scope, environment));
}

/** Per environment, what is enforced now and which API clients turning it on would reach. */
export async function enforcementConsequences(
  principal: Principal,
): Promise<EnforcementConsequence[]> {
  const scope = authorize(principal, 'enforcement.read');
  const { accountId } = scope;
  return inScope(scope, async (tx) => {
    const consequences: EnforcementConsequence[] = [];
    for (const enforcement of await enforcementsOf(tx, scope)) {
      const { environment } = enforcement;
      const certificates = await tx.certificate.findMany({
        where: { accountId, environment, revokedAt: null, notAfter: { gt: currentTime() } },
        select: { id: true, label: true, commonName: true, notAfter: true },
        orderBy: { notAfter: 'asc' },
      });
      const clients = await tx.apiClient.findMany({
        where: { accountId, environment, disabledAt: null },
        select: { name: true },
        orderBy: { name: 'asc' },
      });
      const edge = deployment().edges[environment];
      consequences.push({
        environment,
        enforcement,
        liveCertificates: certificates.map((row) => ({
          ...row,
          notAfter: row.notAfter.toISOString(),
        })),
        apiClients: clients.map((row) => row.name),
        mtlsUrl: edge?.mtlsUrl ?? null,
        standardUrl: edge?.standardUrl ?? null,
      });
    }
    return consequences;
  });
}

/** For values whose type is only claimed. @throws AppError `not_found` */
export function mustBeEnvironment(environment: unknown): asserts environment is Environment {
  if (isEnvironment(environment)) return;
  throw new AppError('not_found', {
    detail: `There is no such environment. There are ${ENVIRONMENTS.join(' and ')}.`,
  });
}

/** The mode in force: the account's own, or `enforce` when a parent's policy says so. */
export async function enforcementOf(
  tx: Tx,
  scope: Scope,
  environment: Environment,
): Promise<EnforcementView> {
  const all = await enforcementsOf(tx, scope);
  const found = all.find((one) => one.environment === environment);
  if (!found) throw new Error(`no enforcement of ${environment}`);
  return found;
}

/** As `enforcementOf`, of every environment in its order. */
export async function enforcementsOf(tx: Tx, scope: Scope): Promise<EnforcementView[]> {
  const { accountId } = scope;
  const rows = await tx.enforcement.findMany({ where: { accountId } });
  const above = await tx.$queryRaw<PolicyAbove[]>`
    SELECT environment, mode, trial_ends_at AS "trialEndsAt", trial_before AS "trialBefore"
    FROM countersign_policies_above(${accountId})`;
  const now = currentTime();
  return Promise.all(
    ENVIRONMENTS.map(async (environment) => {
      const own = rows.find((row) => row.environment === environment) ?? null;
      const parents = above.filter((row) => row.environment === environment).map(timelineOf);
      const ownMode = own ? modeAt(timelineOf(own), now.getTime() / SECOND_MS) : 'off';
      const aboveMode = modeAt(strictest(parents), now.getTime() / SECOND_MS);
      const inherited = stricter(aboveMode, ownMode);
      return {
        environment,
        mode: inherited ? aboveMode : ownMode,
        inherited,
        changedAt: own?.changedAt.toISOString() ?? null,
        changedBy: own?.changedBy ?? null,
        observedSince: ownMode === 'observe' ? (own?.observedSince?.toISOString() ?? null) : null,
        trial: own ? await trialOf(tx, own, now) : null,
        schedule: own ? scheduleOf(own) : null,
        suspension: own ? suspensionOf(own, now) : null,
      };
    }),
  );
}

export type PolicyAbove = {
  environment: string;
  mode: string;
  trialEndsAt: Date | null;
  trialBefore: string | null;
};

/** The policy of a row of `enforcement`, as edges are told it. */
export function timelineOf(row: Omit<PolicyAbove, 'environment'>): Timeline {
  return policyTimeline({
    mode: modeOf(row.mode),
    trialEndsAt: row.trialEndsAt ? row.trialEndsAt.getTime() / SECOND_MS : null,
    trialBefore: row.trialBefore === null ? null : modeOf(row.trialBefore),
  });
}

function stricter(one: EnforcementMode, other: EnforcementMode): boolean {
  return ENFORCEMENT_MODES.indexOf(one) > ENFORCEMENT_MODES.indexOf(other);
}

async function trialOf(tx: Tx, row: Enforcement, now: Date): Promise<EnforcementView['trial']> {
  const { trialStartedAt, trialEndsAt, trialBefore } = row;
  if (!trialStartedAt || !trialEndsAt || trialEndsAt <= now) return null;
  const { lastSeenAt } = await mtlsEvidence(tx, row.environment, now);
  return {
    startedAt: trialStartedAt.toISOString(),
    endsAt: trialEndsAt.toISOString(),
    before: modeOf(trialBefore ?? 'off'),
    provedAt: lastSeenAt && lastSeenAt >= trialStartedAt ? lastSeenAt.toISOString() : null,
  };
}

function scheduleOf(row: Enforcement): EnforcementView['schedule'] {
  if (!row.scheduledFor) return null;
  const { name } = z.object({ name: z.string() }).parse(row.scheduledBy);
  const trialMinutes = row.scheduledMinutes ?? 0;
  return { at: row.scheduledFor.toISOString(), trialMinutes, by: name };
}

function suspensionOf(row: Enforcement, now: Date): EnforcementView['suspension'] {
  const { suspendedFrom, suspendedUntil, suspendedBy } = row;
  if (!suspendedFrom || !suspendedUntil || suspendedUntil <= now) return null;
  return {
    from: suspendedFrom.toISOString(),
    until: suspendedUntil.toISOString(),
    by: suspendedBy ?? '',
  };
}

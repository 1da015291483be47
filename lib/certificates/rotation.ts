/** Two certificates of one program, and how its calls move from the old one to the new one. */
import type { Certificate } from '@/generated/prisma/client';
import type { RotationSide, RotationView } from '@/lib/contract/views';
import { DAY_MS, HOUR_MS } from '@/lib/kernel/time';
import type { Tx } from '@/lib/platform/database';
import { renewalOf } from './renewals';
import { idleFrom, rotationState } from './rotation-state';
import { statusOf } from './view';

/** Days without a call that make it safe to revoke, where nobody asked for others. */
export const USUAL_IDLE_DAYS = 3;
// A month: what is run at its end has been run once.
const LAGGING_DAYS = 30;
// Of a renewal this young hours tell more than days.
const YOUNG_MS = 3 * DAY_MS;
const SHOWN_HOURS = 48;
const SHOWN_DAYS = 14;
// A rotation that is over is shown for as long as its chart reaches.
const OVER_SHOWN_MS = SHOWN_DAYS * DAY_MS;

type Row = Certificate & { intent: { slot: { slot: number } | null } };
const withSlot = { intent: { include: { slot: true } } } as const;

/**
 * The rotation that a certificate is part of: from it to its renewal, or to it from what it renews.
 * @returns null when there is none, or it is long over
 */
export async function rotationOf(
  tx: Tx,
  row: { id: string; accountId: string; environment: string; replacesId: string | null },
  now: Date,
): Promise<RotationView | null> {
  const renewal = await renewalOf(tx, row, now);
  const [oldId, nextId] = renewal ? [row.id, renewal.id] : [row.replacesId, row.id];
  if (oldId === null) return null;
  const { accountId } = row;
  const rows = await tx.certificate.findMany({
    where: { accountId, id: { in: [oldId, nextId] } },
    include: withSlot,
  });
  const old = rows.find(({ id }) => id === oldId);
  const next = rows.find(({ id }) => id === nextId);
  if (!old || !next || next.revokedAt || next.notAfter <= now) return null;
  const ended = old.revokedAt ?? old.notAfter;
  if (now.getTime() - ended.getTime() > OVER_SHOWN_MS) return null;
  return viewOf(tx, { old, next, now });
}

type Pair = { old: Row; next: Row; now: Date };

async function viewOf(tx: Tx, { old, next, now }: Pair): Promise<RotationView> {
  const idleDays = old.revokeWhenIdleDays ?? USUAL_IDLE_DAYS;
  const lately = await callsSince(tx, { old, next }, new Date(now.getTime() - DAY_MS));
  const lagging = await laggingClients(tx, { old, next }, now);
  const facts = { old: { ...old, status: statusOf(old, now) }, next, idleDays, lately, lagging };
  const unit = now.getTime() - next.createdAt.getTime() < YOUNG_MS ? 'hour' : 'day';
  return {
    old: sideOf(old, now),
    next: sideOf(next, now),
    state: rotationState(facts),
    idleFrom: idleFrom(old).toISOString(),
    idleDays,
    rule:
      old.revokeWhenIdleDays === null
        ? null
        : { days: old.revokeWhenIdleDays, by: old.revokeWhenIdleBy ?? 'someone' },
    lately,
    lagging,
    unit,
    points: await pointsOf(tx, { old, next, now, unit }),
    now: now.toISOString(),
  };
}

function sideOf(row: Row, now: Date): RotationSide {
  const status = statusOf(row, now);
  return {
    id: row.id,
    label: row.label,
    status,
    slot: status === 'live' ? (row.intent.slot?.slot ?? null) : null,
    createdAt: row.createdAt.toISOString(),
    notAfter: row.notAfter.toISOString(),
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

type Ids = { old: { id: string }; next: { id: string } };

async function callsSince(
  tx: Tx,
  { old, next }: Ids,
  since: Date,
): Promise<{ old: number; next: number }> {
  const rows = await tx.$queryRaw<{ id: string; calls: bigint }[]>`
    SELECT certificate_id AS id, sum(calls)::bigint AS calls FROM call_count
    WHERE certificate_id IN (${old.id}, ${next.id}) AND hour >= ${hourOf(since)} AND last_at >= ${since}
      AND outcome = 'passed'
    GROUP BY 1`;
  const of = ({ id }: { id: string }) => Number(rows.find((row) => row.id === id)?.calls ?? 0);
  return { old: of(old), next: of(next) };
}

/** API clients that called with the old one in the last 30 days, and never with the new one, by name. */
export async function laggingClients(tx: Tx, { old, next }: Ids, now: Date): Promise<string[]> {
  const since = new Date(now.getTime() - LAGGING_DAYS * DAY_MS);
  const rows = await tx.$queryRaw<{ name: string }[]>`
    SELECT a.name FROM api_client a JOIN (
      SELECT api_client_id AS id, bool_or(certificate_id = ${next.id}) AS moved FROM call_count
      WHERE outcome = 'passed' AND (certificate_id = ${next.id} OR (certificate_id = ${old.id} AND hour >= ${since}))
      GROUP BY 1
    ) AS used ON used.id = a.id
    WHERE NOT used.moved AND a.disabled_at IS NULL ORDER BY a.name`;
  return rows.map(({ name }) => name);
}

/** Each step ends with the hour that runs now, so the last one is as long as the others. */
async function pointsOf(
  tx: Tx,
  { old, next, now, unit }: Pair & { unit: 'hour' | 'day' },
): Promise<RotationView['points']> {
  const stepMs = unit === 'hour' ? HOUR_MS : DAY_MS;
  const steps = unit === 'hour' ? SHOWN_HOURS : SHOWN_DAYS;
  const first = hourOf(now).getTime() + HOUR_MS - steps * stepMs;
  const rows = await tx.$queryRaw<{ hour: Date; id: string; calls: bigint }[]>`
    SELECT hour, certificate_id AS id, sum(calls)::bigint AS calls FROM call_count
    WHERE certificate_id IN (${old.id}, ${next.id}) AND hour >= ${new Date(first)} AND outcome = 'passed'
    GROUP BY 1, 2`;
  const points = Array.from({ length: steps }, (_, step) => ({
    at: new Date(first + step * stepMs).toISOString(),
    old: 0,
    next: 0,
  }));
  for (const { hour, id, calls } of rows) {
    const point = points[Math.floor((hour.getTime() - first) / stepMs)];
    if (point) point[id === old.id ? 'old' : 'next'] += Number(calls);
  }
  return points;
}

function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
}

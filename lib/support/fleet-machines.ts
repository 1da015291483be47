import type { FleetView } from '@/lib/contract/fleet';
import type { EdgeLag } from '@/lib/contract/live';
import { MINUTE_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';

export async function edgeStates(
  tx: Tx,
  newest: bigint,
  lags: readonly EdgeLag[],
): Promise<FleetView['edges']> {
  const rows = await tx.edge.findMany({ where: { revokedAt: null }, orderBy: { name: 'asc' } });
  return rows.map((row) => ({
    name: row.name,
    number: row.appliedNumber?.toString() ?? null,
    behindBy: Math.max(0, Number(newest - (row.appliedNumber ?? 0n))),
    is: row.lastSeenAt
      ? (lags.find((lag) => lag.edge === row.name)?.is ?? 'current')
      : 'never came',
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    lost: row.lost,
    refusedWhy: row.refusedWhy,
  }));
}

/** What waits, and what waits for too long. */
const LATE_MS = 2 * MINUTE_MS;

type Waiting = { waiting: number; oldest: Date | null };

export async function queues(tx: Tx): Promise<FleetView['health']> {
  const now = currentTime();
  const [outbox] = await tx.$queryRaw<Waiting[]>`
    SELECT count(*)::int AS waiting, min(created_at) AS oldest FROM edge_change WHERE number IS NULL`;
  const [intents] = await tx.$queryRaw<Waiting[]>`
    SELECT count(*)::int AS waiting, min(created_at) AS oldest FROM intent WHERE state = 'pending'`;
  const [notices] = await tx.$queryRaw<Waiting[]>`
    SELECT count(*)::int AS waiting, min(at) AS oldest FROM notice WHERE spread_at IS NULL`;
  const [mails] = await tx.$queryRaw<Waiting[]>`
    SELECT count(*)::int AS waiting, min(at) AS oldest FROM mail WHERE due_at IS NOT NULL`;
  return [
    queue('Changes for edges', outbox, now),
    queue('Requests to sign', intents, now),
    queue('Notices to write', notices, now),
    queue('Mails to deliver', mails, now),
  ];
}

function queue(name: string, found: Waiting | undefined, now: Date): FleetView['health'][number] {
  const { waiting, oldest } = found ?? { waiting: 0, oldest: null };
  if (waiting === 0 || oldest === null) return { name, is: 'fine', says: 'Nothing waits' };
  const ms = Math.max(0, now.getTime() - oldest.getTime());
  const since = ms < MINUTE_MS ? 'under a minute' : `${Math.floor(ms / MINUTE_MS)} min`;
  const says = `${waiting.toLocaleString('en')} ${waiting === 1 ? 'waits' : 'wait'}, the oldest for ${since}`;
  return { name, is: ms > LATE_MS ? 'wrong' : 'fine', says };
}

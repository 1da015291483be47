/** What stops working when a certificate is revoked, for who is about to do it. */
import type { Scope } from '@/lib/access/scope';
import type { RevocationCost } from '@/lib/contract/views';
import { enforcementOf } from '@/lib/enforcement/read';
import type { Environment } from '@/lib/kernel/environments';
import { DAY_MS, daysBetween, HOUR_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { environmentOf } from './view';

// Seen so lately, whatever uses it is running.
const IN_USE_MS = DAY_MS;
// What ends within a week is no way out: nobody should have to renew it in a hurry.
const SOON_DAYS = 7;

type Row = {
  id: string;
  environment: string;
  label: string;
  revokedAt: Date | null;
  notAfter: Date;
  lastSeenAt: Date | null;
};

/** Nothing of it for a certificate that is not live. */
export async function costOfRevoking(tx: Tx, scope: Scope, row: Row): Promise<RevocationCost> {
  const now = currentTime();
  if (row.revokedAt || row.notAfter <= now) return { outage: null, shortage: null, use: null };
  const use = await recentUse(tx, row, now);
  return { ...(await outageOf(tx, scope, row, now)), use };
}

/** Calls of the last 24 hours; null when the certificate was not seen in them. */
async function recentUse(tx: Tx, row: Row, now: Date): Promise<RevocationCost['use']> {
  const since = new Date(now.getTime() - IN_USE_MS);
  if (!row.lastSeenAt || row.lastSeenAt < since) return null;
  const hour = new Date(Math.floor(since.getTime() / HOUR_MS) * HOUR_MS);
  const rows = await tx.$queryRaw<{ name: string | null; calls: bigint }[]>`
    SELECT a.name, sum(c.calls)::bigint AS calls FROM call_count c LEFT JOIN api_client a ON a.id = c.api_client_id
    WHERE c.certificate_id = ${row.id} AND c.hour >= ${hour} AND c.last_at >= ${since} AND c.outcome = 'passed'
    GROUP BY a.name ORDER BY 2 DESC, 1`;
  return {
    calls: rows.reduce((sum, { calls }) => sum + Number(calls), 0),
    by: rows.flatMap(({ name }) => name ?? []),
    lastSeenAt: row.lastSeenAt.toISOString(),
  };
}

async function outageOf(
  tx: Tx,
  scope: Scope,
  row: Row,
  now: Date,
): Promise<Pick<RevocationCost, 'outage' | 'shortage'>> {
  const none = { outage: null, shortage: null };
  const environment = environmentOf(row.environment);
  const { accountId } = scope;
  const others = await tx.certificate.findMany({
    where: { accountId, environment, revokedAt: null, notAfter: { gt: now }, id: { not: row.id } },
    select: { label: true, notAfter: true },
    orderBy: { notAfter: 'asc' },
  });
  const last = others.at(-1);
  if (last && daysBetween(now, last.notAfter) >= SOON_DAYS) return none;
  const { mode } = await enforcementOf(tx, scope, environment);
  if (mode !== 'enforce') return none;
  const names = await clientNames(tx, accountId, environment);
  if (!last) {
    const outage = `This is the last live certificate in ${environment}, and ${environment} is enforced. Without it all calls to ${environment} are refused, from ${names}.`;
    return { outage, shortage: null };
  }
  const ends = others.map(({ label, notAfter }) => `${label} ends ${inDays(now, notAfter)}`);
  const shortage = `What stays live in ${environment} ends soon: ${ends.join(', ')}. ${environmentSentence(environment)} is enforced, so all calls are refused from then on, from ${names}. Renew before you revoke.`;
  return { outage: null, shortage };
}

async function clientNames(tx: Tx, accountId: string, environment: Environment): Promise<string> {
  const clients = await tx.apiClient.findMany({
    where: { accountId, environment, disabledAt: null },
    orderBy: { name: 'asc' },
    take: 5,
  });
  return clients.map((client) => client.name).join(', ') || 'every API client';
}

function environmentSentence(environment: Environment): string {
  return environment.charAt(0).toUpperCase() + environment.slice(1);
}

function inDays(now: Date, end: Date): string {
  const days = daysBetween(now, end);
  if (days < 1) return 'within a day';
  return days === 1 ? 'in 1 day' : `in ${days} days`;
}

/** Calls and changes that support looks for by request id, address or the certificate that was presented. */
import type { RefusedCall } from '@/generated/prisma/client';
import type { SupportHit } from '@/lib/contract/support';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';
import { DAY_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { MOST } from './queries';

export async function refusedBy(
  tx: Tx,
  by: { requestId: string } | { fingerprint: string } | { address: string } | { prefix: string },
): Promise<SupportHit[]> {
  if ('requestId' in by) {
    return refusedHits(tx, await tx.refusedCall.findMany({ where: by, take: MOST }));
  }
  if ('fingerprint' in by) {
    // As edges write it.
    const fingerprint = by.fingerprint.toLowerCase();
    return refusedHits(
      tx,
      await tx.refusedCall.findMany({
        where: { fingerprint },
        orderBy: { at: 'desc' },
        take: MOST,
        distinct: ['accountId', 'code'],
      }),
    );
  }
  return refusedHits(tx, await refusedFrom(tx, by));
}

/** The newest refusal of each account and reason, of the newest of that address or network. */
async function refusedFrom(
  tx: Tx,
  by: { address: string } | { prefix: string },
): Promise<RefusedCall[]> {
  const like = 'address' in by ? literal(by.address) : `${literal(by.prefix)}%`;
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT ON (account_id, code) id FROM (
      SELECT id, account_id, code, at FROM refused_call WHERE lower(source_address) LIKE ${like}
      ORDER BY at DESC LIMIT 1000
    ) recent ORDER BY account_id, code, at DESC LIMIT ${MOST}`;
  return tx.refusedCall.findMany({
    where: { id: { in: rows.map(({ id }) => id) } },
    orderBy: { at: 'desc' },
  });
}

/** Of an account's newest calls that passed; older ones are counted and not kept. */
export async function passedRequest(tx: Tx, requestId: string): Promise<SupportHit[]> {
  const edges = await tx.edge.findMany({ select: { id: true } });
  const rows = await tx.decision.findMany({
    // With the edges named, the unique index on them serves.
    where: { outcome: 'passed', requestId, edgeId: { in: edges.map(({ id }) => id) } },
    take: MOST,
  });
  const accounts = await namesOf(
    tx,
    rows.map((row) => row.accountId),
  );
  return rows.map((row) => ({
    kind: 'passed-call',
    id: row.requestId,
    account: accounts.get(row.accountId) ?? null,
    name: 'A call that passed',
    note: `${row.environment}, from ${row.sourceAddress}`,
    at: row.at.toISOString(),
  }));
}

const PASSED_DAYS = 7;

/** Whose calls passed from a network in the last days. */
export async function passedFrom(tx: Tx, network: string): Promise<SupportHit[]> {
  const since = new Date(currentTime().getTime() - PASSED_DAYS * DAY_MS);
  const rows = await tx.$queryRaw<{ accountId: string; calls: number; lastAt: Date }[]>`
    SELECT account_id AS "accountId", sum(calls)::float8 AS calls, max(last_at) AS "lastAt"
    FROM call_count WHERE network = ${network} AND hour >= ${since} AND outcome = 'passed'
    GROUP BY account_id ORDER BY 3 DESC LIMIT ${MOST + 1}`;
  const accounts = await namesOf(
    tx,
    rows.map((row) => row.accountId),
  );
  return rows.map(({ accountId, calls, lastAt }) => ({
    kind: 'passed-call',
    id: accountId,
    account: accounts.get(accountId) ?? null,
    name: `${calls.toLocaleString('en')} ${calls === 1 ? 'call' : 'calls'} passed`,
    note: `From ${network}, in ${PASSED_DAYS} days`,
    at: lastAt.toISOString(),
  }));
}

export async function changesBy(
  tx: Tx,
  by: { requestId: string } | { id: string },
): Promise<SupportHit[]> {
  const rows = await tx.auditEvent.findMany({ where: by, orderBy: { at: 'desc' }, take: MOST });
  const accounts = await namesOf(
    tx,
    rows.map((row) => row.chain),
  );
  return rows.flatMap((row): SupportHit[] => {
    const account = accounts.get(row.chain);
    if (!account) return [];
    const name = row.action.replaceAll(/[.-]/g, ' ');
    const note = 'A change of the account';
    return [{ kind: 'change', id: row.id, account, name, note, at: row.at.toISOString() }];
  });
}

async function refusedHits(tx: Tx, rows: readonly RefusedCall[]): Promise<SupportHit[]> {
  const accounts = await namesOf(
    tx,
    rows.flatMap((row) => row.accountId ?? []),
  );
  return rows.map((row) => ({
    kind: 'refused-call',
    id: row.id,
    account: accounts.get(row.accountId ?? '') ?? null,
    name: isRefusal(row.code) ? REFUSALS[row.code].title : row.code,
    note: `Refused in ${row.environment}, from ${row.sourceAddress}`,
    at: row.at.toISOString(),
  }));
}

export async function namesOf(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, { id: string; name: string }>> {
  const rows = await tx.account.findMany({
    where: { id: { in: [...new Set(ids)] } },
    select: { id: true, name: true },
  });
  return new Map(rows.map((row) => [row.id, row]));
}

export function isRefusal(code: string): code is RefusalCode {
  return Object.hasOwn(REFUSALS, code);
}

function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

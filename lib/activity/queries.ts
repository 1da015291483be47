/** The ring of recent decisions: written with each report, read by whoever watches. */
import type { Prisma } from '@/generated/prisma/client';
import type { Tx } from '@/lib/platform/database';

/** What is kept of an account; a report adds at most `ADDED_AT_ONCE` before the rest is removed by the next. */
export const KEPT = 200;
const ADDED_AT_ONCE = 50;

// pg_advisory_xact_lock: sequences become visible in their order, so that reading on from one misses none.
const ORDER_LOCK = 7_265_421n;

/**
 * Adds the newest decisions of each account. Call it last in a transaction: from here to its commit no other report
 * is stored.
 * @returns how many were added
 */
export async function addDecisions(
  tx: Tx,
  decisions: readonly Prisma.DecisionCreateManyInput[],
): Promise<number> {
  const newest = newestPerAccount(decisions);
  if (newest.length === 0) return 0;
  await forgetOldest(tx, [...new Set(newest.map(({ accountId }) => accountId))]);
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${ORDER_LOCK})`;
  return insertAll(tx, newest);
}

/** As one value: thousands of parameters would cost several times what the rows do, while the lock is held. */
async function insertAll(tx: Tx, rows: readonly Prisma.DecisionCreateManyInput[]): Promise<number> {
  return tx.$executeRaw`
    INSERT INTO decision (account_id, environment, edge_id, request_id, outcome, calls, listener, at,
      certificate_id, api_client_id, fingerprint, source_address, user_agent, tls_version, http_version)
    SELECT "accountId", environment, "edgeId", "requestId", outcome, calls, listener, at,
      "certificateId", "apiClientId", fingerprint, "sourceAddress", "userAgent", "tlsVersion", "httpVersion"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS row("accountId" text, environment text,
      "edgeId" text, "requestId" text, outcome text, calls int, listener text, at timestamptz,
      "certificateId" text, "apiClientId" text, fingerprint text, "sourceAddress" text, "userAgent" text,
      "tlsVersion" text, "httpVersion" text)
    ON CONFLICT DO NOTHING`;
}

function newestPerAccount(
  decisions: readonly Prisma.DecisionCreateManyInput[],
): Prisma.DecisionCreateManyInput[] {
  const taken = new Map<string, number>();
  return decisions
    .toReversed()
    .filter(({ accountId }) => {
      const count = (taken.get(accountId) ?? 0) + 1;
      taken.set(accountId, count);
      return count <= ADDED_AT_ONCE;
    })
    .toReversed();
}

/** Rows that another report is removing are left to it. */
async function forgetOldest(tx: Tx, accountIds: string[]): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM decision WHERE sequence IN (
      SELECT old.sequence FROM unnest(${accountIds}::text[]) AS account(id)
      CROSS JOIN LATERAL (
        SELECT sequence FROM decision WHERE account_id = account.id
        ORDER BY sequence DESC OFFSET ${KEPT - 1} LIMIT 1
      ) AS oldest
      JOIN decision old ON old.account_id = account.id AND old.sequence < oldest.sequence
      FOR UPDATE OF old SKIP LOCKED
    )`;
}

/** @returns the sequence of the newest decision of any account; 0 before the first */
export async function newestSequence(tx: Tx): Promise<bigint> {
  const rows = await tx.$queryRaw<{ newest: bigint | null }[]>`
    SELECT max(sequence) AS newest FROM decision`;
  return rows[0]?.newest ?? 0n;
}

/** Whose decisions came after `sequence`, and the newest sequence there is. */
export async function accountsAfter(
  tx: Tx,
  sequence: bigint,
): Promise<{ newest: bigint; accountIds: string[] }> {
  const rows = await tx.$queryRaw<{ account_id: string; newest: bigint }[]>`
    SELECT account_id, max(sequence) AS newest FROM decision
    WHERE sequence > ${sequence} GROUP BY account_id`;
  const newest = rows.reduce((max, row) => (row.newest > max ? row.newest : max), sequence);
  return { newest, accountIds: rows.map((row) => row.account_id) };
}

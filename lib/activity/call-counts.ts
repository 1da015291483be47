/** How many calls of each kind an account had in each hour: the table behind shares, charts and readiness. */
import type { EdgeReport, Evidence } from '@/lib/contract/edge-protocol';
import { networkOf } from '@/lib/kernel/network';
import { HOUR_MS } from '@/lib/kernel/time';
import type { Tx } from '@/lib/platform/database';
import { sha256 } from '@/lib/platform/random';
import type { Owners } from './owners';

type Count = NonNullable<EdgeReport['counts']>[number];

type Row = {
  accountId: string;
  /** ISO 8601; a full hour, UTC. */
  hour: string;
  environment: string;
  listener: string;
  certificateId: string | null;
  apiClientId: string | null;
  outcome: string;
  evidence: Evidence;
  network: string;
  userAgent: string;
  calls: number;
  firstAt: string;
  lastAt: string;
};

/**
 * Adds what a report counted, in one statement. Several edges add to the same rows at once, so the rows are taken in
 * one order.
 */
export async function addCounts(tx: Tx, report: EdgeReport, owners: Owners): Promise<void> {
  const rows = byDigest(countsOf(report).flatMap((count) => rowOf(count, owners)));
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO call_count (digest, account_id, hour, environment, listener, certificate_id, api_client_id, outcome,
      evidence, network, user_agent, calls, first_at, last_at)
    SELECT decode(digest, 'hex'), "accountId", hour, environment, listener, "certificateId", "apiClientId", outcome,
      evidence, network, "userAgent", calls, "firstAt", "lastAt"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS row(digest text, "accountId" text, hour timestamptz,
      environment text, listener text, "certificateId" text, "apiClientId" text, outcome text, evidence text,
      network text, "userAgent" text, calls bigint, "firstAt" timestamptz, "lastAt" timestamptz)
    ORDER BY digest
    ON CONFLICT (digest) DO UPDATE SET calls = call_count.calls + excluded.calls,
      first_at = least(call_count.first_at, excluded.first_at),
      last_at = greatest(call_count.last_at, excluded.last_at)`;
}

/** Edges of earlier versions tell calls, each with the number it stands for, and count nothing by themselves. */
function countsOf(report: EdgeReport): Count[] {
  if (report.counts !== undefined) return report.counts;
  const passed = report.successes.map((one): Count => {
    const { environment, listener, fingerprint, nameHash, userAgent, at, count } = one;
    const named = { environment, listener, fingerprint, nameHash, userAgent };
    const evidence = listener === 'mtls' ? 'certificate' : 'unproved';
    const network = networkOf(one.sourceAddress);
    const times = { calls: count, firstAt: at, lastAt: at };
    return { ...named, outcome: 'passed', evidence, network, ...times };
  });
  const refused = report.refusals.map((one): Count => {
    const { environment, listener, fingerprint, nameHash, userAgent, at } = one;
    const named = { environment, listener, fingerprint, nameHash, userAgent };
    const evidence = fingerprint === null ? 'unproved' : 'certificate';
    const network = networkOf(one.sourceAddress);
    const times = { calls: 1, firstAt: at, lastAt: at };
    return { ...named, outcome: one.code, evidence, network, ...times };
  });
  return [...passed, ...refused];
}

/** Nothing where the call was nobody's. Another account's API client is not named. */
function rowOf(count: Count, owners: Owners): Row[] {
  const owner = owners(count);
  if (owner === null) return [];
  const { accountId, certificateId } = owner;
  const { environment, listener, outcome, network, calls, firstAt, lastAt } = count;
  const hourMs = Math.floor(Date.parse(lastAt) / HOUR_MS) * HOUR_MS;
  const row: Row = {
    accountId,
    hour: new Date(hourMs).toISOString(),
    environment,
    listener,
    certificateId,
    apiClientId: owner.apiClientOf === accountId ? owner.apiClientId : null,
    outcome,
    // The certificate may have been forgotten since, and only a name is left.
    evidence:
      count.evidence === 'certificate' && certificateId === null ? 'unproved' : count.evidence,
    network,
    userAgent: count.userAgent ?? '',
    calls,
    firstAt,
    lastAt,
  };
  return [row];
}

/** A statement may not touch a row twice, so rows of one digest are added up before. */
function byDigest(rows: readonly Row[]): (Row & { digest: string })[] {
  const sums = new Map<string, Row & { digest: string }>();
  for (const row of rows) {
    const digest = digestOf(row);
    const known = sums.get(digest);
    if (known === undefined) {
      sums.set(digest, { ...row, digest });
      continue;
    }
    known.calls += row.calls;
    if (row.firstAt < known.firstAt) known.firstAt = row.firstAt;
    if (row.lastAt > known.lastAt) known.lastAt = row.lastAt;
  }
  return [...sums.values()];
}

function digestOf(row: Row): string {
  const told = [
    row.accountId,
    row.hour,
    row.environment,
    row.listener,
    row.certificateId,
    row.apiClientId,
    row.outcome,
    row.evidence,
    row.network,
    row.userAgent,
  ];
  return Buffer.from(sha256(JSON.stringify(told))).toString('hex');
}

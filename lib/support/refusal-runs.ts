import type { RefusalRun } from '@/lib/contract/support';
import { isEnvironment } from '@/lib/kernel/environments';
import { MINUTE_MS } from '@/lib/kernel/time';
import type { Tx } from '@/lib/platform/database';
import { isRefusal } from './calls';

/** Refusals of one kind with less than this between them are one run. */
const GAP_MS = 30 * MINUTE_MS;
/** Read at most, to group them. */
const MOST_READ = 5_000;

/** `goes on`: what began after it was shown, with all that belongs to it; `begins`: nothing was shown. */
export type Place = { at: string; id: string; how: 'begins' | 'goes on' };

type Row = {
  id: string;
  at: Date;
  firstAt: Date;
  code: string;
  calls: number;
  environment: string;
  listener: string;
  certificateId: string | null;
  label: string | null;
  clientName: string | null;
  sourceAddress: string;
  userAgent: string | null;
  requestId: string;
};

/**
 * Refused calls of an account, those alike and close upon one another as one, each at the place of its newest call.
 * @returns `floor`, where more could not be read: nothing is known of what is older
 */
export async function refusalRuns(
  tx: Tx,
  accountId: string,
  { before, take }: { before: Place | null; take: number },
): Promise<{ runs: RefusalRun[]; floor: { at: string; id: string } | null }> {
  // What was shown reaches below its place: with the gap's worth above it, it is known again and left out.
  const reach = before?.how === 'goes on' ? GAP_MS : 0;
  const until = before ? new Date(new Date(before.at).getTime() + reach) : null;
  const rows = await groupedRows(tx, accountId, until);
  const read = rows.reduce((sum, row) => sum + row.calls, 0);
  const runs = rows
    .filter((row) => before === null || isBefore(row, before))
    .slice(0, take)
    .flatMap(runOf);
  const oldest = rows.reduce<Row | null>(
    (least, row) => (least === null || row.firstAt < least.firstAt ? row : least),
    null,
  );
  const cut = read >= MOST_READ && runs.length < take && oldest !== null;
  return { runs, floor: cut ? { at: oldest.firstAt.toISOString(), id: '' } : null };
}

function groupedRows(tx: Tx, accountId: string, until: Date | null): Promise<Row[]> {
  const gap = `${GAP_MS} milliseconds`;
  return tx.$queryRaw<Row[]>`
    WITH recent AS (
      SELECT * FROM refused_call
      WHERE account_id = ${accountId} AND at <= coalesce(${until}::timestamptz, 'infinity')
      ORDER BY at DESC, id DESC LIMIT ${MOST_READ}
    ), marked AS (
      SELECT *, CASE WHEN at - lag(at) OVER kind <= ${gap}::interval THEN 0 ELSE 1 END AS fresh FROM recent
      WINDOW kind AS (PARTITION BY code, environment, listener, certificate_id, api_client_id, source_address
        ORDER BY at, id)
    ), numbered AS (
      SELECT *, sum(fresh) OVER kind AS run FROM marked
      WINDOW kind AS (PARTITION BY code, environment, listener, certificate_id, api_client_id, source_address
        ORDER BY at, id)
    ), grouped AS (
      SELECT code, environment, listener, certificate_id, api_client_id, source_address, count(*)::int AS calls,
        min(at) AS first_at, max(at) AS at, (array_agg(id ORDER BY at DESC, id DESC))[1] AS id
      FROM numbered GROUP BY code, environment, listener, certificate_id, api_client_id, source_address, run
    )
    SELECT g.id, g.at, g.first_at AS "firstAt", g.code, g.calls, g.environment, g.listener,
      g.certificate_id AS "certificateId", c.label, k.name AS "clientName", g.source_address AS "sourceAddress",
      newest.user_agent AS "userAgent", newest.request_id AS "requestId"
    FROM grouped g JOIN refused_call newest ON newest.id = g.id
    LEFT JOIN certificate c ON c.id = g.certificate_id LEFT JOIN api_client k ON k.id = g.api_client_id
    ORDER BY g.at DESC, g.id DESC`;
}

function isBefore(row: Row, { at, id }: Place): boolean {
  const own = row.at.toISOString();
  return own < at || (own === at && row.id < id);
}

function runOf(row: Row): RefusalRun[] {
  const { code, environment } = row;
  if (!isRefusal(code) || !isEnvironment(environment)) return [];
  return [
    {
      kind: 'refusals',
      id: row.id,
      at: row.at.toISOString(),
      firstAt: row.firstAt.toISOString(),
      code,
      calls: row.calls,
      environment,
      listener: row.listener === 'mtls' ? 'mtls' : 'standard',
      certificate: row.certificateId
        ? { id: row.certificateId, label: row.label ?? row.certificateId }
        : null,
      apiClientName: row.clientName,
      sourceAddress: row.sourceAddress,
      userAgent: row.userAgent,
      requestId: row.requestId,
    },
  ];
}

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

type Totals = { read: number; oldest: Date | null };
type NoRow = { id: null };
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
  const rows = await groupedRows(tx, accountId, { until, before, take });
  const [{ read, oldest } = { read: 0, oldest: null }] = rows;
  const runs = rows.flatMap(runOf);
  const cut = read >= MOST_READ && runs.length < take && oldest !== null;
  return { runs, floor: cut ? { at: oldest.toISOString(), id: '' } : null };
}

/** At least one row, which says how much was read; names are joined to those shown alone. */
function groupedRows(
  tx: Tx,
  accountId: string,
  { until, before, take }: { until: Date | null; before: Place | null; take: number },
): Promise<(Totals & (Row | NoRow))[]> {
  const gap = `${GAP_MS} milliseconds`;
  const { at = null, id = null } = before ?? {};
  return tx.$queryRaw<(Totals & (Row | NoRow))[]>`
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
    ), page AS (
      SELECT * FROM grouped WHERE ${at}::timestamptz IS NULL OR at < ${at}::timestamptz
        OR (at = ${at}::timestamptz AND id COLLATE "C" < ${id}::text COLLATE "C")
      ORDER BY at DESC, id DESC LIMIT ${take}
    )
    SELECT totals.read, totals.oldest, g.id, g.at, g.first_at AS "firstAt", g.code, g.calls, g.environment, g.listener,
      g.certificate_id AS "certificateId", c.label, k.name AS "clientName", g.source_address AS "sourceAddress",
      newest.user_agent AS "userAgent", newest.request_id AS "requestId"
    FROM (SELECT count(*)::int AS read, min(at) AS oldest FROM recent) totals
    LEFT JOIN page g ON true LEFT JOIN refused_call newest ON newest.id = g.id
    LEFT JOIN certificate c ON c.id = g.certificate_id LEFT JOIN api_client k ON k.id = g.api_client_id
    ORDER BY g.at DESC, g.id DESC`;
}

function runOf(row: Row | NoRow): RefusalRun[] {
  if (row.id === null) return [];
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

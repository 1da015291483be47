import { authorize, type Principal } from '@/lib/access/scope';
import type { ConnectionsView, ConnectionView } from '@/lib/contract/activity';
import type { Environment } from '@/lib/kernel/environments';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { keyOf, pageOf } from '@/lib/platform/page';
import { windowStart } from './certificate-traffic';

/** Of as many days is said how an API client connects. */
export const CONNECTION_DAYS = 7;
/** Networks and user agents of one API client that are listed, of each way to connect. */
const MOST_LISTED = 5;

type Page = { limit: number; cursor?: string | undefined };
// On the page of API clients nothing is left out.
const EVERY_ONE: Page = { limit: 10_000 };

/**
 * How each API client of an environment connected in the last seven days, by what edges counted. A call without a
 * certificate is held to be the API client's own only where the API took its password; all others are apart.
 * By name, as many as `page` says.
 * @throws AppError `invalid_request` for a cursor that was not given here
 */
export async function apiClientConnections(
  principal: Principal,
  environment: Environment,
  page: Page = EVERY_ONE,
): Promise<ConnectionsView> {
  const scope = authorize(principal, 'activity.read');
  const { accountId } = scope;
  const [after] = keyOf(page.cursor, [/^[\x21-\x7e]{1,128}$/]) ?? [];
  const since = windowStart(currentTime(), CONNECTION_DAYS);
  const of: Of = { accountId, environment, since };
  return inScope(scope, async (tx) => {
    const rows = await tx.apiClient.findMany({
      where: { accountId, environment, ...(after ? { name: { gt: after } } : {}) },
      select: { id: true, name: true, disabledAt: true },
      orderBy: { name: 'asc' },
      take: page.limit + 1,
    });
    const { items: clients, nextCursor } = pageOf(rows, page.limit, ({ name }) => [name]);
    const sums = await sumsOf(tx, of);
    const userAgents = await mostCalling(tx, of, 'user_agent');
    const networks = await mostCalling(tx, of, 'network');
    return {
      environment,
      days: CONNECTION_DAYS,
      since: since.toISOString(),
      items: clients.map(({ id, name, disabledAt }) => ({
        apiClient: { id, name, disabledAt: disabledAt?.toISOString() ?? null },
        ...ways(sums.filter((row) => row.api_client_id === id)),
        userAgents: named(userAgents, id).map(({ value, ...row }) => ({
          userAgent: value,
          ...row,
        })),
        networks: named(networks, id).map(({ value, ...row }) => ({ network: value, ...row })),
      })),
      nextCursor,
    };
  });
}

type Of = { accountId: string; environment: Environment; since: Date };
type Way = 'mtls' | 'standard' | 'unproved' | 'refused';
type Sum = { api_client_id: string; way: Way; calls: number; last_at: Date };

function sumsOf(tx: Tx, { accountId, environment, since }: Of): Promise<Sum[]> {
  return tx.$queryRaw<Sum[]>`
    SELECT api_client_id,
      CASE WHEN outcome <> 'passed' THEN 'refused' WHEN evidence = 'unproved' THEN 'unproved'
        WHEN listener = 'mtls' THEN 'mtls' ELSE 'standard' END AS way,
      sum(calls)::float8 AS calls, max(last_at) AS last_at
    FROM call_count
    WHERE account_id = ${accountId} AND environment = ${environment} AND hour >= ${since}
      AND api_client_id IS NOT NULL
    GROUP BY 1, 2`;
}

function ways(sums: readonly Sum[]): Omit<ConnectionView, 'apiClient' | 'userAgents' | 'networks'> {
  const of = (way: Way) => {
    const found = sums.find((row) => row.way === way);
    return { calls: found?.calls ?? 0, lastAt: found?.last_at.toISOString() ?? null };
  };
  const [mtls, standard] = [of('mtls'), of('standard')];
  const [without, only] = [standard.calls > 0, mtls.calls > 0];
  const newest = [mtls.lastAt, standard.lastAt]
    .filter((at) => at !== null)
    .sort()
    .at(-1);
  return {
    connects: only && without ? 'both' : only ? 'mtls' : without ? 'standard' : 'nothing',
    mtls,
    standard,
    unproved: of('unproved'),
    refused: of('refused'),
    lastSeenAt: newest ?? null,
  };
}

type Listed = {
  api_client_id: string;
  value: string;
  listener: string;
  proved: boolean;
  calls: number;
  last_at: Date;
};

/** Of calls that passed: the user agents or networks with most calls, of each API client, listener and evidence. */
function mostCalling(tx: Tx, of: Of, by: 'user_agent' | 'network'): Promise<Listed[]> {
  const { accountId, environment, since } = of;
  return tx.$queryRaw<Listed[]>`
    SELECT * FROM (
      SELECT *, row_number() OVER (PARTITION BY api_client_id, listener, proved ORDER BY calls DESC, value) AS place
      FROM (
        SELECT api_client_id, CASE ${by}::text WHEN 'network' THEN network ELSE user_agent END AS value, listener,
          evidence <> 'unproved' AS proved, sum(calls)::float8 AS calls, max(last_at) AS last_at
        FROM call_count
        WHERE account_id = ${accountId} AND environment = ${environment} AND hour >= ${since}
          AND api_client_id IS NOT NULL AND outcome = 'passed'
        GROUP BY 1, 2, 3, 4
      ) AS counted WHERE value <> ''
    ) AS placed WHERE place <= ${MOST_LISTED} ORDER BY calls DESC, value`;
}

function named(rows: readonly Listed[], apiClientId: string) {
  return rows
    .filter((row) => row.api_client_id === apiClientId)
    .map(({ value, listener, proved, calls, last_at }) => ({
      value,
      listener: listener === 'mtls' ? ('mtls' as const) : ('standard' as const),
      proved,
      calls,
      lastAt: last_at.toISOString(),
    }));
}

import { authorize, type Principal } from '@/lib/access/scope';
import type { PassedCallsView } from '@/lib/contract/activity';
import { isEnvironment } from '@/lib/kernel/environments';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
import { windowStart } from './certificate-traffic';
import type { RefusalFilters } from './refused-calls';

/** Of as many days calls that passed are summed up. */
export const PASSED_DAYS = 7;
const MOST_KINDS = 50;
const MOST_LISTED = 5;

type Row = {
  environment: string;
  listener: string;
  proved: boolean;
  certificate_id: string | null;
  label: string | null;
  api_client_id: string | null;
  name: string | null;
  calls: number;
  first_at: Date;
  last_at: Date;
  networks: string[];
  user_agents: string[];
};

/**
 * The calls that passed in the last seven days, by certificate, API client, host and whether anything shows that they
 * were the account's own; the latest kind first, at most 50.
 */
export async function passedCalls(
  principal: Principal,
  filters: Omit<RefusalFilters, 'code'> = {},
): Promise<PassedCallsView[]> {
  const scope = authorize(principal, 'activity.read');
  const { accountId } = scope;
  const { environment = null, certificate = null, apiClient = null } = filters;
  const since = windowStart(currentTime(), PASSED_DAYS);
  const rows = await inScope(
    scope,
    (tx) => tx.$queryRaw<Row[]>`
      SELECT counted.*, certificate.label, client.name FROM (
        SELECT environment, listener, evidence <> 'unproved' AS proved, certificate_id, api_client_id,
          sum(calls)::float8 AS calls, min(first_at) AS first_at, max(last_at) AS last_at,
          array_agg(DISTINCT network) AS networks, array_remove(array_agg(DISTINCT user_agent), '') AS user_agents
        FROM call_count
        WHERE account_id = ${accountId} AND hour >= ${since} AND outcome = 'passed'
          AND (${environment}::text IS NULL OR environment = ${environment})
          AND (${certificate}::text IS NULL OR certificate_id = ${certificate})
          AND (${apiClient}::text IS NULL OR api_client_id = ${apiClient})
        GROUP BY 1, 2, 3, 4, 5 ORDER BY max(last_at) DESC LIMIT ${MOST_KINDS}
      ) AS counted
      LEFT JOIN certificate ON certificate.id = counted.certificate_id AND certificate.account_id = ${accountId}
      LEFT JOIN api_client client ON client.id = counted.api_client_id AND client.account_id = ${accountId}
      ORDER BY counted.last_at DESC`,
  );
  return rows.flatMap(viewOf);
}

function viewOf(row: Row): PassedCallsView[] {
  const { environment, certificate_id, label, api_client_id, name } = row;
  if (!isEnvironment(environment)) return [];
  const view: PassedCallsView = {
    environment,
    listener: row.listener === 'mtls' ? 'mtls' : 'standard',
    proved: row.proved,
    certificate:
      certificate_id === null ? null : { id: certificate_id, label: label ?? certificate_id },
    apiClient: api_client_id === null || name === null ? null : { id: api_client_id, name },
    calls: row.calls,
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    networks: row.networks.slice(0, MOST_LISTED),
    userAgents: row.user_agents.slice(0, MOST_LISTED),
  };
  return [view];
}

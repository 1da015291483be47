/** What the calls of the last days say about enforcing: who is ready, and who would be refused. */
import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import type { ReadinessView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { DAY_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { mtlsEvidence } from './evidence';
import { EVIDENCE_DAYS } from './policy';
import { mustBeEnvironment } from './read';

/** Shown of each API client; attackers choose user agents. */
const MAX_SHOWN = 5;

/**
 * From real traffic of the last seven days. A call without a certificate counts only if the API accepted it: anybody
 * can type the name of an API client, and what he does with it neither blocks nor justifies.
 */
export async function readiness(
  principal: Principal,
  environment: Environment,
): Promise<ReadinessView> {
  const scope = authorize(principal, 'enforcement.read');
  mustBeEnvironment(environment);
  const now = currentTime();
  const from = new Date(now.getTime() - EVIDENCE_DAYS * DAY_MS);
  return inScope(scope, async (tx) => {
    const groups = await groupedCalls(tx, scope, { environment, from });
    const clients = await tx.apiClient.findMany({
      where: { accountId: scope.accountId, environment, disabledAt: null },
      select: { id: true, name: true },
      orderBy: { name: 'asc' },
    });
    const { lastSeenAt } = await mtlsEvidence(tx, environment, now);
    const apiClients = clients.map((client) => connectionOf(client, groups));
    return {
      environment,
      from: from.toISOString(),
      firstCallAt: earliest(groups),
      lastMtlsCallAt: lastSeenAt?.toISOString() ?? null,
      evidence: lastSeenAt !== null && lastSeenAt >= from,
      calls: {
        ready: callsOf(groups.filter((one) => one.evidence === 'certificate')),
        wouldBeRefused: callsOf(groups.filter((one) => one.evidence === 'answered')),
      },
      apiClients,
      unproved: unprovedOf(clients, groups),
      subAccounts: await accountsBelow(tx),
    };
  });
}

type Group = {
  apiClientId: string | null;
  evidence: string;
  calls: bigint;
  firstAt: Date;
  lastAt: Date;
  networks: string[];
  userAgents: string[];
};

/** One row per API client and kind of evidence, of the calls that reached the API. */
function groupedCalls(
  tx: Tx,
  { accountId }: Scope,
  { environment, from }: { environment: Environment; from: Date },
): Promise<Group[]> {
  return tx.$queryRaw<Group[]>`
    SELECT api_client_id AS "apiClientId", evidence, sum(calls)::bigint AS calls,
      min(first_at) AS "firstAt", max(last_at) AS "lastAt",
      array_agg(DISTINCT network) AS networks, array_agg(DISTINCT user_agent) AS "userAgents"
    FROM call_count
    WHERE account_id = ${accountId} AND environment = ${environment} AND hour >= ${from} AND outcome = 'passed'
    GROUP BY api_client_id, evidence`;
}

function connectionOf(
  client: { id: string; name: string },
  groups: readonly Group[],
): ReadinessView['apiClients'][number] {
  const own = groups.filter((one) => one.apiClientId === client.id);
  const mtls = own.filter((one) => one.evidence === 'certificate');
  const standard = own.filter((one) => one.evidence === 'answered');
  const [mtlsCalls, standardCalls] = [callsOf(mtls), callsOf(standard)];
  return {
    ...client,
    connects: kindOf(mtlsCalls, standardCalls),
    mtlsCalls,
    standardCalls,
    lastMtlsAt: latest(mtls),
    lastStandardAt: latest(standard),
    wouldBeRefused: standardCalls > 0,
    ...shown(standardCalls > 0 ? standard : mtls),
  };
}

function kindOf(mtlsCalls: number, standardCalls: number) {
  if (mtlsCalls > 0) return standardCalls > 0 ? 'both' : 'mtls';
  return standardCalls > 0 ? 'standard' : 'none';
}

function unprovedOf(
  clients: readonly { id: string; name: string }[],
  groups: readonly Group[],
): ReadinessView['unproved'] {
  const unproved = groups.filter((one) => one.evidence === 'unproved');
  return {
    calls: callsOf(unproved),
    apiClients: clients.flatMap(({ id, name }) => {
      const own = unproved.filter((one) => one.apiClientId === id);
      return own.length === 0 ? [] : [{ name, calls: callsOf(own), ...shown(own) }];
    }),
  };
}

function shown(groups: readonly Group[]): { networks: string[]; userAgents: string[] } {
  const some = (values: string[]) => [...new Set(values)].sort().slice(0, MAX_SHOWN);
  return {
    networks: some(groups.flatMap((one) => one.networks)),
    userAgents: some(groups.flatMap((one) => one.userAgents)),
  };
}

function callsOf(groups: readonly Group[]): number {
  return groups.reduce((sum, one) => sum + Number(one.calls), 0);
}

function latest(groups: readonly Group[]): string | null {
  const at = groups.reduce((newest, one) => Math.max(newest, one.lastAt.getTime()), 0);
  return at === 0 ? null : new Date(at).toISOString();
}

function earliest(groups: readonly Group[]): string | null {
  const first = Math.min(...groups.map((one) => one.firstAt.getTime()));
  return Number.isFinite(first) ? new Date(first).toISOString() : null;
}

async function accountsBelow(tx: Tx): Promise<number> {
  const [row] = await tx.$queryRaw<{ below: number }[]>`
    SELECT countersign_accounts_below() AS below`;
  return row?.below ?? 0;
}

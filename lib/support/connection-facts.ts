/** What edges saw of an account in the last days, and of the addresses it calls from. */
import { isEnvironment } from '@/lib/kernel/environments';
import { DAY_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { isRefusal } from './calls';
import type { PassedKind, RefusedKind } from './diagnosis';

export const FACT_DAYS = 7;
const MOST_READ = 5_000;
const MOST_KINDS = 40;
const MOST_ADDRESSES = 20;

type RefusedRow = {
  code: string;
  environment: string;
  listener: string;
  certificateId: string | null;
  clientName: string | null;
  clientAccountId: string | null;
  clientAccount: string | null;
  calls: number;
  firstAt: Date;
  lastAt: Date;
  addresses: string[];
  userAgents: string[];
  fingerprint: string | null;
  tlsVersion: string | null;
  sni: string | null;
};

/** The account's own refusals, and those from its addresses that no edge could ascribe to anybody. */
export async function refusedKinds(tx: Tx, accountId: string): Promise<RefusedKind[]> {
  const own = await grouped(tx, { accountId, addresses: null });
  const addresses = await addressesOf(tx, accountId, own);
  const near = addresses.length > 0 ? await grouped(tx, { accountId: null, addresses }) : [];
  return [
    ...own.flatMap((row) => kindOf(row, accountId, 'own')),
    ...near.flatMap((row) => kindOf(row, accountId, 'near')),
  ];
}

export async function passedKinds(tx: Tx, accountId: string): Promise<PassedKind[]> {
  const rows = await tx.$queryRaw<
    {
      environment: string;
      listener: string;
      certificateId: string | null;
      clientName: string | null;
      calls: number;
      lastAt: Date;
      networks: string[];
    }[]
  >`
    SELECT counted.environment, counted.listener, counted.certificate_id AS "certificateId", k.name AS "clientName",
      counted.calls, counted.last_at AS "lastAt", counted.networks FROM (
      SELECT environment, listener, certificate_id, api_client_id, sum(calls)::float8 AS calls, max(last_at) AS last_at,
        array_agg(DISTINCT network) AS networks
      FROM call_count
      WHERE account_id = ${accountId} AND environment IN ('production', 'sandbox') AND hour >= ${since()}
        AND outcome = 'passed' AND evidence <> 'unproved'
      GROUP BY environment, listener, certificate_id, api_client_id
      ORDER BY max(last_at) DESC LIMIT ${MOST_KINDS}
    ) counted LEFT JOIN api_client k ON k.id = counted.api_client_id
    ORDER BY counted.last_at DESC`;
  return rows.flatMap(({ environment, listener, clientName, lastAt, ...row }) =>
    isEnvironment(environment)
      ? {
          ...row,
          environment,
          listener: listener === 'mtls' ? ('mtls' as const) : ('standard' as const),
          apiClientName: clientName,
          lastAt: lastAt.toISOString(),
        }
      : [],
  );
}

function since(): Date {
  return new Date(currentTime().getTime() - FACT_DAYS * DAY_MS);
}

function grouped(
  tx: Tx,
  { accountId, addresses }: { accountId: string | null; addresses: string[] | null },
): Promise<RefusedRow[]> {
  return tx.$queryRaw<RefusedRow[]>`
    WITH recent AS (
      SELECT * FROM refused_call
      WHERE at >= ${since()} AND (account_id = ${accountId}::text
        OR (${accountId}::text IS NULL AND account_id IS NULL AND lower(source_address) = ANY (${addresses ?? []}::text[])))
      ORDER BY at DESC LIMIT ${MOST_READ}
    )
    SELECT g.*, k.name AS "clientName", k.account_id AS "clientAccountId", a.name AS "clientAccount" FROM (
      SELECT code, environment, listener, certificate_id AS "certificateId", api_client_id,
        count(*)::int AS calls, min(at) AS "firstAt", max(at) AS "lastAt",
        array_agg(DISTINCT source_address) AS addresses,
        array_remove(array_agg(DISTINCT user_agent), NULL) AS "userAgents",
        (array_agg(fingerprint ORDER BY at DESC))[1] AS fingerprint,
        (array_agg(tls_version ORDER BY at DESC))[1] AS "tlsVersion", (array_agg(sni ORDER BY at DESC))[1] AS sni
      FROM recent GROUP BY code, environment, listener, certificate_id, api_client_id
      ORDER BY max(at) DESC LIMIT ${MOST_KINDS}
    ) g LEFT JOIN api_client k ON k.id = g.api_client_id LEFT JOIN account a ON a.id = k.account_id
    ORDER BY "lastAt" DESC`;
}

/** From which it was refused, or passed lately. */
async function addressesOf(
  tx: Tx,
  accountId: string,
  refused: readonly RefusedRow[],
): Promise<string[]> {
  const passed = await tx.decision.findMany({
    where: { accountId },
    select: { sourceAddress: true },
    distinct: ['sourceAddress'],
    take: MOST_ADDRESSES,
  });
  const all = [
    ...refused.flatMap((row) => row.addresses),
    ...passed.map((row) => row.sourceAddress),
  ];
  return [...new Set(all.map((address) => address.toLowerCase()))].slice(0, MOST_ADDRESSES);
}

function kindOf(row: RefusedRow, accountId: string, whose: 'own' | 'near'): RefusedKind[] {
  const { code, environment, clientName, clientAccountId, clientAccount } = row;
  if (!isRefusal(code) || !isEnvironment(environment)) return [];
  return [
    {
      code,
      environment,
      listener: row.listener === 'mtls' ? 'mtls' : 'standard',
      certificateId: row.certificateId,
      apiClientName: clientName,
      apiClientOf: clientAccountId !== null && clientAccountId !== accountId ? clientAccount : null,
      calls: row.calls,
      firstAt: row.firstAt.toISOString(),
      lastAt: row.lastAt.toISOString(),
      addresses: row.addresses,
      userAgents: row.userAgents,
      fingerprint: row.fingerprint,
      tlsVersion: row.tlsVersion,
      sni: row.sni,
      whose,
    },
  ];
}

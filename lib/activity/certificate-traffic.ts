import { authorize, type Principal } from '@/lib/access/scope';
import { knownId, noCertificate } from '@/lib/certificates/read';
import { environmentOf } from '@/lib/certificates/view';
import type { CertificateTrafficView } from '@/lib/contract/activity';
import type { Environment } from '@/lib/kernel/environments';
import { DAY_MS, HOUR_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';

const DAYS = 30;
const MOST_LISTED = 20;
const MOST_USER_AGENTS = 3;

/**
 * How a certificate is used: when it was seen, how much it calls, its share of the account's calls in its environment,
 * and by whom and from where. Windows start at a full hour, days are UTC.
 * @throws AppError `not_found`, also for a certificate of another account
 */
export async function certificateTraffic(
  principal: Principal,
  certificateId: string,
): Promise<CertificateTrafficView> {
  const scope = authorize(principal, 'activity.read');
  const id = knownId(certificateId);
  const { accountId } = scope;
  return inScope(scope, async (tx) => {
    const seen = await tx.certificate.findFirst({
      where: { id, accountId },
      select: { environment: true, firstSeenAt: true, lastSeenAt: true },
    });
    if (seen === null) throw noCertificate();
    const environment = environmentOf(seen.environment);
    const of: Of = { accountId, environment, id, now: currentTime() };
    return {
      certificateId: id,
      environment,
      firstSeenAt: seen.firstSeenAt?.toISOString() ?? null,
      lastSeenAt: seen.lastSeenAt?.toISOString() ?? null,
      ...(await windowsOf(tx, of)),
      share: await shareOf(tx, of),
      days: await daysOf(tx, of),
      apiClients: await apiClientsOf(tx, of),
      networks: await networksOf(tx, of),
    };
  });
}

type Of = { accountId: string; environment: Environment; id: string; now: Date };

/** The first hour of a window that ends now: as many full hours back, and the one that runs. */
export function windowStart(now: Date, days: number): Date {
  const hour = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
  return new Date(hour + HOUR_MS - days * DAY_MS);
}

type Windows = Pick<CertificateTrafficView, 'passed' | 'refused'>;

async function windowsOf(tx: Tx, { accountId, id, now }: Of): Promise<Windows> {
  const [day, week, month] = [1, 7, DAYS].map((days) => windowStart(now, days));
  const rows = await tx.$queryRaw<{ passed: boolean; day: number; week: number; month: number }[]>`
    SELECT outcome = 'passed' AS passed,
      coalesce(sum(calls) FILTER (WHERE hour >= ${day}), 0)::float8 AS day,
      coalesce(sum(calls) FILTER (WHERE hour >= ${week}), 0)::float8 AS week,
      coalesce(sum(calls), 0)::float8 AS month
    FROM call_count WHERE certificate_id = ${id} AND account_id = ${accountId} AND hour >= ${month}
    GROUP BY 1`;
  const of = (passed: boolean) => {
    const row = rows.find((one) => one.passed === passed);
    return { day: row?.day ?? 0, week: row?.week ?? 0, month: row?.month ?? 0 };
  };
  return { passed: of(true), refused: of(false) };
}

async function shareOf(tx: Tx, of: Of): Promise<CertificateTrafficView['share']> {
  const { accountId, environment, id, now } = of;
  const rows = await tx.$queryRaw<{ id: string | null; label: string | null; calls: number }[]>`
    SELECT counted.id, c.label, counted.calls FROM (
      SELECT certificate_id AS id, sum(calls)::float8 AS calls FROM call_count
      WHERE account_id = ${accountId} AND environment = ${environment} AND hour >= ${windowStart(now, 7)}
        AND outcome = 'passed' AND evidence <> 'unproved'
      GROUP BY certificate_id
    ) AS counted
    LEFT JOIN certificate c ON c.id = counted.id AND c.account_id = ${accountId}
    ORDER BY counted.calls DESC, counted.id`;
  const callsOf = (wanted: string | null) => rows.find((row) => row.id === wanted)?.calls ?? 0;
  return {
    calls: callsOf(id),
    ofCalls: rows.reduce((sum, { calls }) => sum + calls, 0),
    others: rows.flatMap((row) =>
      row.id === null || row.id === id
        ? []
        : [{ certificateId: row.id, label: row.label ?? row.id, calls: row.calls }],
    ),
    withoutCertificate: callsOf(null),
  };
}

async function daysOf(tx: Tx, { accountId, id, now }: Of): Promise<CertificateTrafficView['days']> {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const first = new Date(today - (DAYS - 1) * DAY_MS);
  const rows = await tx.$queryRaw<{ date: string; passed: number; refused: number }[]>`
    SELECT to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS date,
      coalesce(sum(calls) FILTER (WHERE outcome = 'passed'), 0)::float8 AS passed,
      coalesce(sum(calls) FILTER (WHERE outcome <> 'passed'), 0)::float8 AS refused
    FROM call_count WHERE certificate_id = ${id} AND account_id = ${accountId} AND hour >= ${first}
    GROUP BY 1`;
  const byDate = new Map(rows.map((row) => [row.date, row]));
  return Array.from({ length: DAYS }, (_, index) => {
    const date = new Date(first.getTime() + index * DAY_MS).toISOString().slice(0, 10);
    const { passed = 0, refused = 0 } = byDate.get(date) ?? {};
    return { date, passed, refused };
  });
}

async function apiClientsOf(tx: Tx, of: Of): Promise<CertificateTrafficView['apiClients']> {
  const { accountId, id, now } = of;
  const rows = await tx.$queryRaw<
    { id: string | null; name: string | null; calls: number; last_at: Date }[]
  >`
    SELECT counted.api_client_id AS id, client.name, counted.calls, counted.last_at FROM (
      SELECT api_client_id, sum(calls)::float8 AS calls, max(last_at) AS last_at FROM call_count
      WHERE certificate_id = ${id} AND account_id = ${accountId} AND hour >= ${windowStart(now, DAYS)}
        AND outcome = 'passed'
      GROUP BY api_client_id
    ) AS counted
    LEFT JOIN api_client client ON client.id = counted.api_client_id AND client.account_id = ${accountId}
    ORDER BY counted.calls DESC, counted.last_at DESC LIMIT ${MOST_LISTED}`;
  return rows.map(({ last_at, ...row }) => ({ ...row, lastAt: last_at.toISOString() }));
}

async function networksOf(tx: Tx, of: Of): Promise<CertificateTrafficView['networks']> {
  const { accountId, id, now } = of;
  const rows = await tx.$queryRaw<
    { network: string; calls: number; last_at: Date; user_agents: string[] }[]
  >`
    SELECT network, sum(calls)::float8 AS calls, max(last_at) AS last_at,
      array_remove(array_agg(user_agent ORDER BY calls DESC), '') AS user_agents
    FROM (
      SELECT network, user_agent, sum(calls) AS calls, max(last_at) AS last_at FROM call_count
      WHERE certificate_id = ${id} AND account_id = ${accountId} AND hour >= ${windowStart(now, DAYS)}
        AND outcome = 'passed'
      GROUP BY network, user_agent
    ) AS counted
    GROUP BY network ORDER BY 2 DESC, 3 DESC LIMIT ${MOST_LISTED}`;
  return rows.map(({ network, calls, last_at, user_agents }) => ({
    network,
    calls,
    lastAt: last_at.toISOString(),
    userAgents: user_agents.slice(0, MOST_USER_AGENTS),
  }));
}

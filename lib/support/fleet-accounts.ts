import type { FleetView } from '@/lib/contract/fleet';
import { isEnvironment } from '@/lib/kernel/environments';
import { DAY_MS, HOUR_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { isRefusal, namesOf } from './calls';

const WITHIN = { soon: 7, later: 30 };
const MOST_ACCOUNTS = 25;
const EVIDENCE_DAYS = 7;
const RATE_HOURS = 24;

export async function expiring(tx: Tx): Promise<FleetView['expiring']> {
  const now = currentTime();
  const soon = new Date(now.getTime() + WITHIN.soon * DAY_MS);
  const later = new Date(now.getTime() + WITHIN.later * DAY_MS);
  const days = await tx.$queryRaw<{ date: string; certificates: number; soon: number }[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS date, certificates, soon FROM (
      SELECT (not_after AT TIME ZONE 'UTC')::date AS day, count(*)::int AS certificates,
        (count(*) FILTER (WHERE not_after <= ${soon}))::int AS soon
      FROM certificate WHERE revoked_at IS NULL AND not_after > ${now} AND not_after <= ${later} GROUP BY 1
    ) counted`;
  const byDate = new Map(days.map((day) => [day.date, day.certificates]));
  return {
    in7Days: days.reduce((sum, day) => sum + day.soon, 0),
    in30Days: days.reduce((sum, day) => sum + day.certificates, 0),
    days: Array.from({ length: WITHIN.later + 1 }, (_, index) => {
      const date = new Date(now.getTime() + index * DAY_MS).toISOString().slice(0, 10);
      return { date, certificates: byDate.get(date) ?? 0 };
    }),
    accounts: await expiringAccounts(tx, { now, soon, later }),
  };
}

/** The accounts whose certificates end first: of the certificates that do, and what else of theirs does. */
async function expiringAccounts(
  tx: Tx,
  { now, soon, later }: { now: Date; soon: Date; later: Date },
): Promise<FleetView['expiring']['accounts']> {
  const rows = await tx.$queryRaw<
    { accountId: string; soon: number; later: number; renewed: number; firstAt: Date }[]
  >`
    WITH first AS (
      SELECT account_id, min(not_after) AS first_at FROM (
        SELECT account_id, not_after FROM certificate
        WHERE revoked_at IS NULL AND not_after > ${now} AND not_after <= ${later}
        ORDER BY not_after LIMIT 500
      ) soonest GROUP BY account_id ORDER BY 2 LIMIT ${MOST_ACCOUNTS}
    )
    SELECT f.account_id AS "accountId", f.first_at AS "firstAt", count(*)::int AS later,
      (count(*) FILTER (WHERE c.not_after <= ${soon}))::int AS soon,
      (count(*) FILTER (WHERE EXISTS (SELECT 1 FROM certificate r WHERE r.replaces_id = c.id AND r.revoked_at IS NULL
        AND r.not_after > ${later})))::int AS renewed
    FROM first f JOIN certificate c ON c.account_id = f.account_id
    WHERE c.revoked_at IS NULL AND c.not_after > ${now} AND c.not_after <= ${later}
    GROUP BY 1, 2 ORDER BY 2`;
  const names = await namesOf(
    tx,
    rows.map((row) => row.accountId),
  );
  return rows.flatMap(({ accountId, soon: in7Days, later: in30Days, renewed, firstAt }) => {
    const account = names.get(accountId);
    return account ? { account, in7Days, in30Days, renewed, firstAt: firstAt.toISOString() } : [];
  });
}

/** Who observes, those that could enforce first: calls came with a certificate, and none without that the API took. */
export async function observing(tx: Tx): Promise<FleetView['observing']> {
  const since = new Date(currentTime().getTime() - EVIDENCE_DAYS * DAY_MS);
  const rows = await tx.$queryRaw<
    {
      accountId: string;
      name: string;
      environment: string;
      since: Date | null;
      mtls: number;
      standard: number;
    }[]
  >`
    SELECT shown.*, a.name FROM (
      SELECT e.account_id AS "accountId", e.environment, e.observed_since AS since, counted.mtls, counted.standard
      FROM (SELECT * FROM enforcement WHERE mode = 'observe' ORDER BY observed_since LIMIT 500) e
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(calls) FILTER (WHERE evidence = 'certificate'), 0)::float8 AS mtls,
          coalesce(sum(calls) FILTER (WHERE evidence = 'answered'), 0)::float8 AS standard
        FROM call_count c WHERE c.account_id = e.account_id AND c.environment = e.environment AND c.hour >= ${since}
          AND c.outcome = 'passed'
      ) counted
      ORDER BY (counted.mtls > 0 AND counted.standard = 0) DESC, e.observed_since, e.account_id LIMIT ${MOST_ACCOUNTS}
    ) shown JOIN account a ON a.id = shown."accountId"
    ORDER BY (shown.mtls > 0 AND shown.standard = 0) DESC, shown.since, shown."accountId"`;
  return rows.flatMap(({ accountId, name, environment, since: from, mtls, standard }) =>
    isEnvironment(environment)
      ? {
          account: { id: accountId, name },
          environment,
          since: from?.toISOString() ?? null,
          mtlsCalls: mtls,
          wouldBeRefused: standard,
          ready: mtls > 0 && standard === 0 ? ('yes' as const) : ('no' as const),
        }
      : [],
  );
}

/** By reason and hour, of one day; what no edge could ascribe to an account too. */
export async function refusalRates(tx: Tx): Promise<FleetView['refusals']> {
  const hour = Math.floor(currentTime().getTime() / HOUR_MS) * HOUR_MS;
  const first = hour - (RATE_HOURS - 1) * HOUR_MS;
  const hours = Array.from({ length: RATE_HOURS }, (_, index) => first + index * HOUR_MS);
  const rows = await tx.$queryRaw<{ code: string; hour: Date; calls: number }[]>`
    SELECT code, date_trunc('hour', at) AS hour, count(*)::int AS calls FROM refused_call
    WHERE at >= ${new Date(first)} GROUP BY 1, 2`;
  const accounts = await tx.$queryRaw<{ code: string; accounts: number }[]>`
    SELECT code, count(DISTINCT account_id)::int AS accounts FROM refused_call
    WHERE at >= ${new Date(first)} GROUP BY 1`;
  const reasons = [...new Set(rows.map((row) => row.code))].flatMap((code) => {
    if (!isRefusal(code)) return [];
    const own = rows.filter((row) => row.code === code);
    return {
      code,
      calls: own.reduce((sum, row) => sum + row.calls, 0),
      accounts: accounts.find((row) => row.code === code)?.accounts ?? 0,
      hourly: hours.map((ms) => own.find((row) => row.hour.getTime() === ms)?.calls ?? 0),
    };
  });
  return {
    hours: hours.map((ms) => new Date(ms).toISOString()),
    reasons: reasons.toSorted((a, b) => b.calls - a.calls),
  };
}

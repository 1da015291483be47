import { authorize, type Principal } from '@/lib/access/scope';
import type { CallsLatelyView } from '@/lib/contract/activity';
import type { Environment } from '@/lib/kernel/environments';
import { DAY_MS, HOUR_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
import { windowStart } from './certificate-traffic';

const DAYS = 7;

type Row = { hour: Date; mtls: number; standard: number; refused: number };

/** The account's calls in one environment, hour by hour for seven days. Those that prove nothing are left out. */
export async function callsLately(
  principal: Principal,
  environment: Environment,
): Promise<CallsLatelyView> {
  const scope = authorize(principal, 'activity.read');
  const since = windowStart(currentTime(), DAYS);
  const rows = await inScope(
    scope,
    (tx) => tx.$queryRaw<Row[]>`
      SELECT hour, coalesce(sum(calls) FILTER (WHERE outcome = 'passed' AND listener = 'mtls'), 0)::float8 AS mtls,
        coalesce(sum(calls) FILTER (WHERE outcome = 'passed' AND listener <> 'mtls' AND evidence <> 'unproved'), 0)::float8
          AS standard,
        coalesce(sum(calls) FILTER (WHERE outcome <> 'passed'), 0)::float8 AS refused
      FROM call_count
      WHERE account_id = ${scope.accountId} AND environment = ${environment} AND hour >= ${since}
      GROUP BY hour`,
  );
  const byHour = new Map(rows.map((row) => [row.hour.getTime(), row]));
  const sum = (of: 'mtls' | 'standard' | 'refused') => rows.reduce((all, row) => all + row[of], 0);
  return {
    environment,
    days: DAYS,
    mtls: sum('mtls'),
    standard: sum('standard'),
    refused: sum('refused'),
    points: Array.from({ length: (DAYS * DAY_MS) / HOUR_MS }, (_, index) => {
      const ms = since.getTime() + index * HOUR_MS;
      const { mtls = 0, standard = 0, refused = 0 } = byHour.get(ms) ?? {};
      return { at: new Date(ms).toISOString(), passed: mtls + standard, refused };
    }),
  };
}

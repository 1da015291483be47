/** What edges reported is kept for a time: refused calls have addresses in them, and both tables grow with traffic. */
import type { DeploymentScope } from '@/lib/access/scope';
import { systemScope } from '@/lib/access/scope';
import { DAY_MS, HOUR_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { log } from '@/lib/platform/log';
import { traced } from '@/lib/telemetry/span';

const EVERY_MS = HOUR_MS;
// Rows locked at a time: reports of edges go on beside it.
const ROWS_AT_ONCE = 2_000;

export type Retention = { stop(): Promise<void> };

/** Removes what is older than `days`, now and every hour, until it is stopped. Any number of portals may do it. */
export function startRetention(days: number): Retention {
  let stopped = false;
  let working: Promise<unknown> = Promise.resolve();
  const turn = () => {
    const goOn = () => !stopped;
    working = traced({ name: 'forget old activity' }, () =>
      forgetActivity(systemScope('reports', 'retention'), { days, goOn }),
    ).catch((error: unknown) =>
      log().warn({ err: error }, 'old activity could not be removed; trying again in an hour'),
    );
  };
  turn();
  const timer = setInterval(turn, EVERY_MS);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await working;
    },
  };
}

/**
 * Removes counts and refused calls that are older, a bounded number in each transaction.
 * @param given.goOn asked between transactions
 * @returns how many rows are gone
 */
export async function forgetActivity(
  scope: DeploymentScope,
  given: { days: number; goOn?: () => boolean },
): Promise<number> {
  const before = new Date(currentTime().getTime() - given.days * DAY_MS);
  const goOn = given.goOn ?? (() => true);
  let gone = 0;
  for (const forget of [forgetCounts, forgetRefusals]) {
    while (goOn()) {
      const removed = await acrossAccounts(scope, (tx) => forget(tx, before));
      gone += removed;
      if (removed < ROWS_AT_ONCE) break;
    }
  }
  return gone;
}

/** Rows that somebody else is removing are left to them. */
function forgetCounts(tx: Tx, before: Date): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM call_count WHERE digest IN (
      SELECT digest FROM call_count WHERE hour < ${before} LIMIT ${ROWS_AT_ONCE} FOR UPDATE SKIP LOCKED)`;
}

function forgetRefusals(tx: Tx, before: Date): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM refused_call WHERE id IN (
      SELECT id FROM refused_call WHERE at < ${before} LIMIT ${ROWS_AT_ONCE} FOR UPDATE SKIP LOCKED)`;
}

/** Waits for the edges: who asked for a change to hold is told which of them hold to it. */
import { setTimeout as pause } from 'node:timers/promises';
import { systemScope } from '@/lib/access/scope';
import type { Receipt } from '@/lib/contract/views';
import { SECOND_MS } from '@/lib/kernel/time';
import { acrossAccounts } from '@/lib/platform/database';
import { publisher } from './publisher';
import { numberOutbox } from './queries';

const WAIT_MS = 5 * SECOND_MS;
const LOOK_EVERY_MS = 25;

/**
 * Waits until every edge that ever came, and was not disabled, has applied all that is committed by now.
 * @returns after five seconds at most, with the names of those that have not
 */
export async function edgesApplied(requestId: string): Promise<Receipt> {
  const started = performance.now();
  const scope = systemScope('publishing', requestId);
  const number = await numberOutbox(scope);
  publisher().nudge();
  for (;;) {
    const edges = await acrossAccounts(
      scope,
      (tx) => tx.$queryRaw<{ name: string; applied: boolean }[]>`
        SELECT name, coalesce(applied_number, 0) >= ${number} AS applied FROM edge
        WHERE revoked_at IS NULL AND last_seen_at IS NOT NULL ORDER BY name`,
    );
    const lagging = edges.flatMap(({ name, applied }) => (applied ? [] : [name]));
    const elapsedMs = Math.round(performance.now() - started);
    if (lagging.length === 0 || elapsedMs >= WAIT_MS) {
      return { edges: edges.length, applied: edges.length - lagging.length, elapsedMs, lagging };
    }
    await pause(LOOK_EVERY_MS);
  }
}

/** The reply with a receipt, if one was asked for. */
export async function withReceiptIf<T extends object>(
  wait: 'edges' | undefined,
  requestId: string,
  value: T,
): Promise<T | (T & { receipt: Receipt })> {
  return wait === 'edges' ? { ...value, receipt: await edgesApplied(requestId) } : value;
}

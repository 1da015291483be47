/**
 * What a passed call is worth reporting: the first of a certificate and API client at once, so that whoever waits for
 * it sees it, and those after it once a second with their number; of a caller with many calls a second every ten seconds, so that
 * a busy API costs next to nothing.
 */
import type { Environment } from '@/lib/kernel/environments';
import { SECOND_MS } from '@/lib/kernel/time';

export type Success = {
  requestId: string;
  environment: Environment;
  listener: 'mtls' | 'standard';
  /** ISO 8601, UTC. */
  at: string;
  fingerprint: string | null;
  nameHash: string;
  sourceAddress: string;
  userAgent: string | null;
  tlsVersion: string | null;
  httpVersion: string;
};

/** `count`: this call and those before it that were not reported one by one. */
export type SuccessReport = Success & { count: number };

export type Successes = {
  /** @param key names certificate, API client and listener @param describe is called for what is reported alone */
  note(key: string, describe: () => Success): void;
  /** Gives what was counted and not yet reported. */
  stop(): void;
};

const EVERY_MS = SECOND_MS;
const BUSY_EVERY_MS = 10 * SECOND_MS;
/** A person who tries something makes fewer calls a second, and is waiting for each. */
const BUSY_CALLS = 10;
const TICK_MS = 250;
/** Distinct callers in one second; those beyond are reported when one of these was silent for a second. */
const MAX_KEYS = 10_000;

type Entry = { sinceMs: number; everyMs: number; count: number; describe: () => Success };

/** @param take false: there is no room, to be tried again later */
export function successes(take: (report: SuccessReport) => boolean): Successes {
  const recent = new Map<string, Entry>();
  let timer: NodeJS.Timeout | null = null;

  const report = (entry: Entry) => {
    if (!take({ ...entry.describe(), count: entry.count })) return;
    entry.everyMs = entry.count > BUSY_CALLS ? BUSY_EVERY_MS : EVERY_MS;
    entry.count = 0;
    entry.sinceMs = performance.now();
  };
  const tick = () => {
    const now = performance.now();
    for (const [key, entry] of recent) {
      if (now - entry.sinceMs < entry.everyMs) continue;
      if (entry.count === 0) recent.delete(key);
      else report(entry);
    }
    timer = recent.size === 0 ? null : setTimeout(tick, TICK_MS);
  };

  return {
    note(key, describe) {
      const known = recent.get(key);
      if (known !== undefined) {
        known.count += 1;
        known.describe = describe;
        return;
      }
      // A success that finds no room is not remembered: a later one will be reported.
      if (recent.size >= MAX_KEYS || !take({ ...describe(), count: 1 })) return;
      recent.set(key, { sinceMs: performance.now(), everyMs: EVERY_MS, count: 0, describe });
      timer ??= setTimeout(tick, TICK_MS);
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      for (const entry of recent.values()) if (entry.count > 0) report(entry);
      recent.clear();
    },
  };
}

/**
 * Keeps HAProxy's maps the same as the edge's state: whole at the start and whenever HAProxy was started anew, change
 * by change afterwards. It renews their end of validity for as long as it lives itself and the portal vouches.
 */
import { randomBytes } from 'node:crypto';
import { allEntries, changesFileOf, entriesOf, type MapEntry } from '@/gateway/haproxy-map';
import { HaproxyError, haproxyMap } from '@/gateway/haproxy-socket';
import type { Change, EdgeState } from '@/lib/edge/state';
import { SECOND_MS } from '@/lib/kernel/time';

export type HaproxyUpdater = {
  /** What changed; the state has it already. */
  take(changes: 'all' | readonly Change[]): void;
  /** The snapshot number that HAProxy decides by; null: none yet. */
  applied(): number | null;
  stop(): Promise<void>;
};

export type HaproxyTarget = {
  socketPath: string;
  mapFile: string;
  /** For so long HAProxy goes on with the map when nobody renews it. */
  leaseSeconds: number;
};

/** A reload of HAProxy begins with empty maps: for so long, and until they are written, it answers 503. */
const LOOK_EVERY_MS = 200;
const RENEW_EVERY_MS = 10 * SECOND_MS;
/** More than this in the small map are folded into the large one. */
const MAX_CHANGES = 2_000;

export function haproxyUpdater(
  input: HaproxyTarget & {
    state(): EdgeState | null;
    nowMs(): number;
    maxAgeSeconds: number;
    log(line: string): void;
  },
): HaproxyUpdater {
  const { state } = input;
  const said = sayOnce(input.log);
  const pending = new Map<string, string>();
  const maps = writtenMaps(input, pending);
  let whole = true;
  let applied: number | null = null;

  const work = async () => {
    const held = state();
    if (held === null) return;
    const { number } = held;
    try {
      if (whole || maps.isFull() || !(await maps.areOurs())) {
        whole = false;
        await maps.writeAll(held);
        said(`the maps of HAProxy are written, ${held.index.certificateCount} certificates`);
      } else await maps.writeChanges(held);
      applied = number;
    } catch (error) {
      if (!(error instanceof HaproxyError)) throw error;
      // Whether the last command was done is not known.
      whole = true;
      said(`HAProxy at ${input.socketPath} cannot be written to: ${error.message}`);
    }
  };
  const turns = oneAtATime(work);
  const timer = setInterval(turns.wake, LOOK_EVERY_MS);
  turns.wake();
  return {
    take(changes) {
      if (changes === 'all') whole = true;
      else for (const { key, value } of changes.flatMap(entriesOf)) pending.set(key, value);
      turns.wake();
    },
    applied: () => applied,
    async stop() {
      clearInterval(timer);
      await turns.stop();
    },
  };
}

/** The two maps as far as they are known to be written. @param pending what is not in them yet; taken from here */
function writtenMaps(
  input: HaproxyTarget & { nowMs(): number; maxAgeSeconds: number },
  pending: Map<string, string>,
): {
  isFull(): boolean;
  areOurs(): Promise<boolean>;
  writeAll(held: EdgeState): Promise<void>;
  writeChanges(held: EdgeState): Promise<void>;
} {
  const large = haproxyMap(input);
  const small = haproxyMap({ ...input, mapFile: changesFileOf(input.mapFile) });
  const writer = randomBytes(8).toString('hex');
  const inSmall = new Set<string>();
  let renewedAtMs = 0;

  const validUntil = (held: EdgeState): MapEntry => {
    const vouched = held.asOfMs / SECOND_MS + input.maxAgeSeconds;
    const leased = input.nowMs() / SECOND_MS + input.leaseSeconds;
    return { key: 'settings:valid_until', value: String(Math.floor(Math.min(vouched, leased))) };
  };
  return {
    isFull: () => inSmall.size + pending.size > MAX_CHANGES,
    areOurs: async () => (await small.value('settings:writer')) === writer,
    async writeAll(held) {
      pending.clear();
      await large.replace(allEntries(held));
      // Whatever changed while the large one was written. With it the maps are valid: last.
      const since = [...pending].map(([key, value]) => ({ key, value }));
      pending.clear();
      await small.replace([...since, { key: 'settings:writer', value: writer }, validUntil(held)]);
      inSmall.clear();
      for (const { key } of since) inSmall.add(key);
      renewedAtMs = performance.now();
    },
    async writeChanges(held) {
      for (const [key, value] of pending) {
        await (inSmall.has(key) ? small.set({ key, value }) : small.add({ key, value }));
        inSmall.add(key);
        // Another change of the same key may have come meanwhile.
        if (pending.get(key) === value) pending.delete(key);
      }
      if (performance.now() - renewedAtMs < RENEW_EVERY_MS) return;
      await small.set(validUntil(held));
      renewedAtMs = performance.now();
    },
  };
}

/** Does the work again when it was woken meanwhile, never twice at once. */
function oneAtATime(work: () => Promise<void>): { wake(): void; stop(): Promise<void> } {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  const run = async () => {
    while (again && !stopped) {
      again = false;
      await work();
    }
    running = null;
  };
  return {
    wake() {
      again = true;
      running ??= run();
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}

function sayOnce(log: (line: string) => void): (line: string) => void {
  let last = '';
  return (line) => {
    if (line !== last) log(line);
    last = line;
  };
}

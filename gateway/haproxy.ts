/**
 * Keeps HAProxy's map the same as the edge's state: whole at the start and whenever HAProxy was started anew, change
 * by change afterwards. It renews the map's end of validity for as long as it lives itself and the portal vouches.
 */
import { randomBytes } from 'node:crypto';
import { allEntries, entriesOf, type MapEntry } from '@/gateway/haproxy-map';
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

const LOOK_EVERY_MS = SECOND_MS;
const RENEW_EVERY_MS = 10 * SECOND_MS;
/** More than this is quicker written as a whole. */
const MAX_PENDING = 5_000;

export function haproxyUpdater(
  input: HaproxyTarget & {
    state(): EdgeState | null;
    nowMs(): number;
    maxAgeSeconds: number;
    log(line: string): void;
  },
): HaproxyUpdater {
  const { state, log } = input;
  const map = haproxyMap(input);
  const writer = randomBytes(8).toString('hex');
  const said = sayOnce(log);
  const pending = new Map<string, string | null>();
  let whole = true;
  let applied: number | null = null;
  let renewedAtMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  const validUntil = (held: EdgeState): MapEntry => {
    const vouched = held.asOfMs / SECOND_MS + input.maxAgeSeconds;
    const leased = input.nowMs() / SECOND_MS + input.leaseSeconds;
    return { key: 'settings:valid_until', value: String(Math.floor(Math.min(vouched, leased))) };
  };
  const writeAll = async (held: EdgeState) => {
    whole = false;
    pending.clear();
    const { number } = held;
    await map.replace(
      everything(held, [validUntil(held), { key: 'settings:writer', value: writer }]),
    );
    applied = number;
    renewedAtMs = performance.now();
    said(`the map of HAProxy is written, ${held.index.certificateCount} certificates`);
  };
  const writeChanges = async (held: EdgeState) => {
    const { number } = held;
    for (const [key, value] of pending) {
      await map.put({ key, value });
      // Another change of the same key may have come meanwhile.
      if (pending.get(key) === value) pending.delete(key);
    }
    applied = number;
    if (performance.now() - renewedAtMs < RENEW_EVERY_MS) return;
    await map.put(validUntil(held));
    renewedAtMs = performance.now();
  };
  const work = async () => {
    const held = state();
    if (held === null) return;
    try {
      if (!whole && (await map.value('settings:writer')) !== writer) whole = true;
      if (whole || pending.size > MAX_PENDING) await writeAll(held);
      await writeChanges(held);
    } catch (error) {
      if (!(error instanceof HaproxyError)) throw error;
      // Whether the last command was done is not known.
      whole = true;
      said(`HAProxy at ${input.socketPath} cannot be written to: ${error.message}`);
    }
  };
  const run = () => {
    again = true;
    running ??= (async () => {
      while (again && !stopped) {
        again = false;
        await work();
      }
      running = null;
    })();
  };
  const timer = setInterval(run, LOOK_EVERY_MS);
  run();
  return {
    take(changes) {
      if (changes === 'all') whole = true;
      else {
        for (const { key, value } of changes.flatMap(entriesOf)) {
          // Set anew, so that it is written in the order in which it came.
          pending.delete(key);
          pending.set(key, value);
        }
      }
      run();
    },
    applied: () => applied,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

function* everything(held: EdgeState, settings: readonly MapEntry[]): Generator<MapEntry> {
  yield* settings;
  yield { key: 'settings:name_key', value: Buffer.from(held.nameKey).toString('base64') };
  yield* allEntries(held.index);
}

function sayOnce(log: (line: string) => void): (line: string) => void {
  let last = '';
  return (line) => {
    if (line !== last) log(line);
    last = line;
  };
}

/**
 * Keeps the edge's state the same as the portal's: loads it from disk, follows the stream, refuses what must not be
 * applied. The portal being away, wrong or taken over never takes away what is held.
 */
import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PortalClient, PortalError } from '@/gateway/portal-client';
import { messageOf, type StateStore } from '@/gateway/state-store';
import type { Acknowledgement } from '@/lib/contract/edge-protocol';
import { type Applied, applyFrame, type FrameRefusal } from '@/lib/edge/apply';
import { frameReader, MAX_FRAME_BYTES, openFrame, type SealedFrame } from '@/lib/edge/frame-reader';
import type { Change, EdgeState } from '@/lib/edge/state';
import { FrameError } from '@/lib/edge/wire';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';

export type Subscription = {
  state(): EdgeState | null;
  /** Reads the disk, then follows the portal until `stop`. */
  start(): void;
  stop(): Promise<void>;
};

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2_000;
const REVOKED_BACKOFF_MS = 10_000;
const HEARTBEAT_TO_DISK_MS = 60_000;
/** So that the portal can tell a quiet edge from one that is gone, and hears what a lost acknowledgement said. */
const ACKNOWLEDGE_EVERY_MS = 20_000;
const ALARM_AGE_MS = 5 * MINUTE_MS;
const LOOK_AT_AGE_EVERY_MS = 5 * SECOND_MS;

class FrameRefused extends Error {
  readonly reason: FrameRefusal | 'forged';
  constructor(reason: FrameRefusal | 'forged', detail: string) {
    super(detail);
    this.reason = reason;
  }
}

export function subscription(input: {
  client: PortalClient;
  store: StateStore;
  nowMs(): number;
  log(line: string): void;
  /** Called after every change of the state, with the leaves whose connections must be judged again, and what changed. */
  onChange(touched: 'all' | readonly Uint8Array[], changes: 'all' | readonly Change[]): void;
}): Subscription {
  const { client, store, log } = input;
  const stopping = new AbortController();
  const { signal } = stopping;
  const acknowledge = acknowledger(client);
  let loop: Promise<void> = Promise.resolve();
  let alarm: NodeJS.Timeout | undefined;
  let enrolled = false;
  const held = holder(input, acknowledge);
  /** One attempt, from enrolment to the end of the stream. */
  const attempt = async (from: 'held' | 'scratch'): Promise<void> => {
    const whole = from === 'scratch' || store.wantsSnapshot();
    if (!enrolled && (await client.enrol()) === 'changed') throw new KeyChanged();
    enrolled = true;
    const key = client.pinnedKey();
    if (key === null) throw new PortalError('no snapshot key is pinned');
    const reader = frameReader({ maxFrameBytes: MAX_FRAME_BYTES });
    const number = held.state()?.number ?? null;
    if (number !== null) acknowledge(number);
    await client.stream({
      after: whole ? null : number,
      signal,
      onChunk(chunk) {
        for (const sealed of reader.push(chunk)) held.take(sealed, key);
      },
    });
  };
  return {
    state: held.state,
    start() {
      const key = client.pinnedKey();
      if (key !== null) {
        const loaded = store.load(key, input.nowMs());
        for (const fault of loaded.faults) log(`state on disk: ${fault}`);
        held.begin(loaded.state);
      }
      alarm = ageAlarm({ state: held.state, nowMs: input.nowMs, log });
      loop = keepTrying({
        attempt,
        log,
        signal,
        asOfMs: () => held.state()?.asOfMs ?? -1,
        onRefused: (refused) => acknowledge(held.state()?.number ?? 0, refused),
      });
    },
    async stop() {
      stopping.abort();
      clearInterval(alarm);
      await loop;
      await held.finish();
    },
  };
}

type Surroundings = Parameters<typeof subscription>[0];

/** The state held, and what follows from each frame: disk, connections, acknowledgement. */
function holder(
  input: Surroundings,
  acknowledge: Acknowledge,
): {
  state(): EdgeState | null;
  begin(loaded: EdgeState | null): void;
  /** @throws FrameRefused */
  take(sealed: SealedFrame, key: KeyObject): void;
  finish(): Promise<void>;
} {
  const disk = keeper(input.store, input.nowMs);
  let state: EdgeState | null = null;
  let acknowledgedAtMs = 0;
  return {
    state: () => state,
    begin(loaded) {
      state = loaded;
      if (state !== null) input.onChange('all', 'all');
    },
    take(sealed, key) {
      const frame = openFrame(sealed, key);
      if (frame === null) throw new FrameRefused('forged', 'a frame has no valid signature');
      const result = applyFrame({ state, frame, nowMs: input.nowMs() });
      if (!result.applied) throw new FrameRefused(result.reason, result.detail);
      state = result.state;
      disk.keep(sealed, result);
      if (result.advanced) {
        input.onChange(result.touched, frame.kind === 'delta' ? frame.changes : 'all');
      }
      const nowMs = input.nowMs();
      if (!result.advanced && Math.abs(nowMs - acknowledgedAtMs) < ACKNOWLEDGE_EVERY_MS) return;
      acknowledgedAtMs = nowMs;
      acknowledge(state.number);
    },
    finish: disk.finish,
  };
}

type Refused = Acknowledgement['refused'];
type Acknowledge = (number: number, refused?: Refused) => void;

/** One at a time, the newest next: of two at once the older may arrive last, and would be believed. */
function acknowledger(client: PortalClient): Acknowledge {
  let next: { number: number; refused: Refused } | null = null;
  let sending = false;
  const send = async (): Promise<void> => {
    sending = true;
    try {
      while (next) {
        const { number, refused } = next;
        next = null;
        await client.acknowledge(number, refused);
      }
    } finally {
      sending = false;
    }
  };
  return (number, refused) => {
    next = { number, refused: refused ?? next?.refused };
    if (!sending) void send();
  };
}

async function keepTrying(input: {
  attempt(from: 'held' | 'scratch'): Promise<void>;
  asOfMs(): number;
  onRefused(refused: NonNullable<Refused>): void;
  log(line: string): void;
  signal: AbortSignal;
}): Promise<void> {
  const { signal } = input;
  const attempts = failures(input.log);
  let from: 'held' | 'scratch' = 'held';
  while (!signal.aborted) {
    const before = input.asOfMs();
    const fault: unknown = await input.attempt(from).then(
      () => null,
      (error: unknown) => error,
    );
    if (signal.aborted) break;
    // Only a gap is cured by a whole snapshot; after any other refusal it would be refused again.
    from = fault instanceof FrameRefused && fault.reason === 'gap' ? 'scratch' : 'held';
    const refused = refusedFrame(fault);
    if (refused) input.onRefused(refused);
    attempts.note(fault, { progressed: input.asOfMs() !== before });
    await sleep(attempts.waitMs(), undefined, { signal }).catch(() => undefined);
  }
}

/** What the portal is told of; a gap is no fault of anybody's, and cured by the next attempt. */
function refusedFrame(fault: unknown): Refused {
  if (fault instanceof FrameError) return { reason: 'malformed', detail: fault.message };
  if (!(fault instanceof FrameRefused) || fault.reason === 'gap') return undefined;
  return { reason: fault.reason, detail: fault.message };
}

/** Says once that the portal has not vouched for what is held for five minutes, and once that it does again. */
function ageAlarm(input: {
  state(): EdgeState | null;
  nowMs(): number;
  log(line: string): void;
}): NodeJS.Timeout {
  let isOld = false;
  return setInterval(() => {
    const state = input.state();
    if (state === null) return;
    const ageMs = input.nowMs() - state.asOfMs;
    if (ageMs > ALARM_AGE_MS === isOld) return;
    isOld = !isOld;
    const since = new Date(state.asOfMs).toISOString();
    input.log(
      isOld
        ? `ALARM: the portal has not been heard since ${since}; deciding by what was known then (number ${state.number})`
        : `the portal is heard again; number ${state.number}`,
    );
  }, LOOK_AT_AGE_EVERY_MS).unref();
}

/** What goes to disk when: heartbeats once a minute, everything else at once. */
function keeper(
  store: StateStore,
  nowMs: () => number,
): {
  keep(sealed: SealedFrame, result: Extract<Applied, { applied: true }>): void;
  finish(): Promise<void>;
} {
  let newest: SealedFrame | null = null;
  let storedAtMs = 0;
  return {
    keep(sealed, result) {
      if (result.touched === 'all') store.replace(sealed.bytes);
      else if (result.advanced) store.append(sealed.bytes);
      else {
        newest = sealed;
        if (nowMs() - storedAtMs < HEARTBEAT_TO_DISK_MS) return;
        storedAtMs = nowMs();
        store.heartbeat(sealed.bytes);
      }
    },
    async finish() {
      if (newest !== null) store.heartbeat(newest.bytes);
      await store.settled();
    },
  };
}

class KeyChanged extends Error {}

/** How long to wait, and what to say once instead of at every attempt. */
function failures(log: (line: string) => void): {
  note(error: unknown, outcome: { progressed: boolean }): void;
  waitMs(): number;
} {
  let backoffMs = FIRST_BACKOFF_MS;
  let said = '';
  return {
    note(error, { progressed }) {
      if (progressed) backoffMs = FIRST_BACKOFF_MS;
      const known =
        error === null ||
        error instanceof PortalError ||
        error instanceof FrameRefused ||
        error instanceof FrameError ||
        error instanceof KeyChanged;
      const line = error === null ? '' : lineFor(error);
      if (line !== said && line !== '') log(line);
      said = line;
      if (!known) log(`unexpected: ${messageOf(error)}`);
      if (error instanceof PortalError && error.tokenRefused) backoffMs = REVOKED_BACKOFF_MS;
      else if (error instanceof FrameRefused && error.reason === 'gap')
        backoffMs = FIRST_BACKOFF_MS;
      else if (error instanceof FrameRefused || error instanceof KeyChanged) {
        backoffMs = MAX_BACKOFF_MS;
      }
    },
    waitMs() {
      // Jitter: the edges of one portal must not come back at the same instant.
      const waitMs = backoffMs * (0.5 + Math.random() / 2);
      if (backoffMs < MAX_BACKOFF_MS) backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS);
      return waitMs;
    },
  };
}

function lineFor(error: unknown): string {
  if (error instanceof KeyChanged) {
    return 'the portal offers another snapshot key than the one pinned: refused. If this is meant, delete enrolment.json and state.bin in the state directory and start again';
  }
  if (error instanceof FrameRefused) {
    const hint =
      error.reason === 'gap' ? '' : '. To accept it, delete state.bin in the state directory';
    return `a frame was refused (${error.reason}): ${error.message}${hint}`;
  }
  if (error instanceof PortalError && error.tokenRefused) {
    return 'the portal refused our token (401): it was revoked or is wrong. Deciding goes on with the state held until it is too old';
  }
  return messageOf(error);
}

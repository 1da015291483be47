/**
 * The edge's memory across restarts: the frames themselves, as signed by the portal, so that a file that was changed
 * on disk is noticed like one that was changed on the wire. `state.bin` is a snapshot frame and the deltas after it;
 * `heartbeat.bin` is the newest heartbeat, which says how old that state is.
 */
import type { KeyObject } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { applyFrame } from '@/lib/edge/apply';
import { frameReader, MAX_FRAME_BYTES, openFrame } from '@/lib/edge/frame-reader';
import type { EdgeState } from '@/lib/edge/state';
import { FrameError } from '@/lib/edge/wire';

export type StateStore = {
  /** What the pinned key vouches for; `faults` tells what was left out and why. */
  load(key: KeyObject, nowMs: number): { state: EdgeState | null; faults: string[] };
  /** Atomic: after a crash the old file or the new one is there, whole. */
  replace(sealed: Uint8Array): void;
  append(sealed: Uint8Array): void;
  heartbeat(sealed: Uint8Array): void;
  /** True once the deltas outweigh the snapshot: time to ask for a new one. */
  wantsSnapshot(): boolean;
  /** Resolves when everything handed over is on disk. */
  settled(): Promise<void>;
};

const MIN_COMPACTION_BYTES = 1024 * 1024;

export function stateStore(directory: string, onFault: (message: string) => void): StateStore {
  makePrivate(directory);
  const stateFile = join(directory, 'state.bin');
  const heartbeatFile = join(directory, 'heartbeat.bin');
  let queue: Promise<void> = Promise.resolve();
  let snapshotBytes = 0;
  let deltaBytes = 0;
  // One after another: a delta must never be written before the snapshot that it follows.
  const enqueue = (work: () => Promise<void>) => {
    queue = queue.then(work).catch((error: unknown) => {
      onFault(`the state could not be written to ${directory}: ${messageOf(error)}`);
    });
  };

  return {
    load(key, nowMs) {
      const faults: string[] = [];
      let state: EdgeState | null = null;
      for (const file of [stateFile, heartbeatFile]) {
        const bytes = readIfPresent(file) ?? new Uint8Array();
        try {
          state = replay({ bytes, key, nowMs, state });
        } catch (error) {
          if (!(error instanceof StateFault)) throw error;
          state = error.state;
          // A heartbeat that is behind the deltas is ordinary: it is written once a minute.
          if (file === stateFile) {
            faults.push(`${file}: ${error.message}`);
            // Nothing may be appended behind a damaged frame.
            deltaBytes = Number.POSITIVE_INFINITY;
          }
        }
        if (file === stateFile) snapshotBytes = bytes.length;
      }
      return { state, faults };
    },
    replace(sealed) {
      snapshotBytes = sealed.length;
      deltaBytes = 0;
      enqueue(() => writeAtomically(stateFile, sealed));
    },
    append(sealed) {
      deltaBytes += sealed.length;
      enqueue(() => write(stateFile, 'a', sealed));
    },
    heartbeat: (sealed) => enqueue(() => writeAtomically(heartbeatFile, sealed)),
    wantsSnapshot: () => deltaBytes > Math.max(snapshotBytes, MIN_COMPACTION_BYTES),
    settled: () => queue,
  };
}

class StateFault extends Error {
  readonly state: EdgeState | null;
  constructor(message: string, state: EdgeState | null) {
    super(message);
    this.state = state;
  }
}

/** Applies frames as long as they are good; the good ones before a fault still count, as each is signed. */
function replay(input: {
  bytes: Uint8Array;
  key: KeyObject;
  nowMs: number;
  state: EdgeState | null;
}): EdgeState | null {
  let { state } = input;
  try {
    const reader = frameReader({ maxFrameBytes: MAX_FRAME_BYTES });
    for (const sealed of reader.push(input.bytes)) {
      const frame = openFrame(sealed, input.key);
      if (frame === null) throw new StateFault('a frame has no valid signature', state);
      const result = applyFrame({ state, frame, nowMs: input.nowMs });
      if (!result.applied) throw new StateFault(`${result.reason}: ${result.detail}`, state);
      state = result.state;
    }
    if (reader.pendingBytes() > 0) throw new StateFault('the last frame was cut short', state);
  } catch (error) {
    if (error instanceof FrameError) throw new StateFault(error.message, state);
    throw error;
  }
  return state;
}

function makePrivate(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
}

/** Writes a file that is there whole or not at all, readable by this user only. */
export async function writeAtomically(file: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${file}.new`;
  await write(temporary, 'w', bytes);
  await rename(temporary, file);
}

async function write(file: string, flags: 'a' | 'w', bytes: Uint8Array | string): Promise<void> {
  const handle = await open(file, flags, 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function readIfPresent(file: string): Uint8Array | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

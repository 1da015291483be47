import type { Frame } from '@/lib/edge/frame-reader';
import type { EdgeState } from '@/lib/edge/state';

/** `gap` asks for a fresh snapshot; the others are for an operator, who may delete the edge's state file. */
export type FrameRefusal = 'gap' | 'rollback' | 'implausible_shrink';

export type Applied =
  | {
      applied: true;
      state: EdgeState;
      /** Whose connections have to be judged again. */
      touched: 'all' | readonly Uint8Array[];
      /** False for a heartbeat, and for a delta that was already held. */
      advanced: boolean;
    }
  | { applied: false; reason: FrameRefusal; detail: string };

/** Below this many certificates a large share is easily lost by ordinary work. */
const SHRINK_FLOOR = 100;

/**
 * Applies a verified frame. A delta changes `state` in place, whole or not at all, at a cost that depends on the
 * delta only; a snapshot makes a new state. Numbers never fall, deltas never skip, and no frame takes more than half
 * of 100 or more certificates away: a portal that is wrong or taken over can revoke (which is seen and reported),
 * never quietly empty its edges.
 * @param input.nowMs a frame from the future counts as from now, or a wrong clock would make the state immortal
 */
export function applyFrame(input: {
  state: EdgeState | null;
  frame: Frame;
  nowMs: number;
}): Applied {
  const { state, frame } = input;
  if (state !== null && frame.number < state.number) {
    return refused('rollback', `number ${frame.number} is lower than ${state.number}, held here`);
  }
  const asOfMs = Math.max(Math.min(frame.asOfMs, input.nowMs), state?.asOfMs ?? 0);
  switch (frame.kind) {
    case 'snapshot': {
      const lost = state === null ? 0 : countLost(state, frame.index.has);
      const held = state?.index.certificateCount ?? 0;
      if (shrinksTooMuch(lost, held)) {
        return refused('implausible_shrink', `a snapshot without ${lost} of ${held} certificates`);
      }
      const { number, nameKey, index } = frame;
      return accepted({ number, asOfMs, nameKey, index }, 'all', true);
    }
    case 'delta': {
      if (state === null) return refused('gap', 'a delta came before any snapshot');
      if (frame.number === state.number) return accepted(state, [], false);
      if (frame.fromNumber !== state.number) {
        const from = `a delta from ${frame.fromNumber}`;
        return refused('gap', `${from}; the number held is ${state.number}`);
      }
      const removed = new Set<string>();
      for (const change of frame.changes) {
        if (change.kind !== 'certificate_removed') continue;
        if (state.index.has(change.fingerprint)) removed.add(change.fingerprint.join());
      }
      if (shrinksTooMuch(removed.size, state.index.certificateCount)) {
        const held = state.index.certificateCount;
        return refused('implausible_shrink', `a delta removes ${removed.size} of ${held}`);
      }
      for (const change of frame.changes) state.index.change(change);
      state.number = frame.number;
      state.asOfMs = asOfMs;
      return accepted(state, touchedBy(frame), true);
    }
    case 'heartbeat':
      if (state === null || frame.number !== state.number) {
        return refused('gap', `the newest number is ${frame.number}`);
      }
      state.asOfMs = asOfMs;
      return accepted(state, [], false);
  }
}

function accepted(
  state: EdgeState,
  touched: 'all' | readonly Uint8Array[],
  advanced: boolean,
): Applied {
  return { applied: true, state, touched, advanced };
}

function refused(reason: FrameRefusal, detail: string): Applied {
  return { applied: false, reason, detail };
}

function countLost(state: EdgeState, has: (fingerprint: Uint8Array) => boolean): number {
  let lost = 0;
  for (const fingerprint of state.index.fingerprints()) if (!has(fingerprint)) lost += 1;
  return lost;
}

function shrinksTooMuch(lost: number, held: number): boolean {
  return held >= SHRINK_FLOOR && lost * 2 > held;
}

function touchedBy(frame: Extract<Frame, { kind: 'delta' }>): Uint8Array[] {
  return frame.changes.flatMap((change) => {
    if (change.kind === 'certificate') return [change.entry.fingerprint];
    return change.kind === 'certificate_removed' ? [change.fingerprint] : [];
  });
}

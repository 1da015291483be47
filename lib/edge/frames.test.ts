import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFrame } from '@/lib/edge/apply';
import {
  type Frame,
  frameReader,
  MAX_FRAME_BYTES,
  openFrame,
  type SealedFrame,
} from '@/lib/edge/frame-reader';
import {
  apiClientNameHash,
  encodeDeltaFrame,
  encodeHeartbeatFrame,
  encodeSnapshotFrame,
  sealFrame,
} from '@/lib/edge/frames';
import type { CertificateEntry, Change, EdgeState } from '@/lib/edge/state';
import { FrameError } from '@/lib/edge/wire';
import { ENFORCEMENT_MODES } from '@/lib/kernel/environments';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const NOW_MS = Date.UTC(2026, 10, 21);
const nameKey = new Uint8Array(32).fill(7);

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const accountId = fc.integer({ min: 0, max: 20 }).map((n) => `acc_${n}`);
const environment = fc.constantFrom('production' as const, 'sandbox' as const);
const certificate = fc.record({
  fingerprint: bytes32,
  accountId,
  environment,
  notBefore: fc.integer({ min: -1_000_000, max: 2_000_000_000 }),
  notAfter: fc.integer({ min: 0, max: 253_402_300_799 }),
  revokedAt: fc.option(fc.integer({ min: 0, max: 2_000_000_000 }), { nil: null }),
});
const apiClient = fc.record({ nameHash: bytes32, accountId, environment });
const mode = fc.constantFrom(...ENFORCEMENT_MODES);
const timeline = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 0, max: 2_000_000_000 }), { maxLength: 3 }), mode)
  .chain(([ends, last]) =>
    fc
      .tuple(
        ...ends.sort((a, b) => a - b).map((until) => mode.map((one) => ({ mode: one, until }))),
      )
      .map((steps) => [...steps, { mode: last, until: null }]),
  );
const account = fc.record({
  accountId,
  suspended: fc.boolean(),
  modes: fc.record({ production: timeline, sandbox: timeline }),
});
const change: fc.Arbitrary<Change> = fc.oneof(
  certificate.map((entry) => ({ kind: 'certificate' as const, entry })),
  bytes32.map((fingerprint) => ({ kind: 'certificate_removed' as const, fingerprint })),
  apiClient.map((entry) => ({ kind: 'api_client' as const, entry })),
  bytes32.map((nameHash) => ({ kind: 'api_client_removed' as const, nameHash })),
  account.map((entry) => ({ kind: 'account' as const, entry })),
);

describe('frames', () => {
  it('T17: a snapshot read back holds exactly what was written', () => {
    const content = fc.record({
      certificates: fc.uniqueArray(certificate, { selector: (c) => c.fingerprint.join() }),
      apiClients: fc.uniqueArray(apiClient, { selector: (c) => c.nameHash.join() }),
      accounts: fc.uniqueArray(account, { selector: (a) => a.accountId }),
    });
    fc.assert(
      fc.property(content, fc.nat(), (given, number) => {
        const frame = roundTrip(
          encodeSnapshotFrame({ number, asOfMs: NOW_MS, nameKey, content: given }),
        );
        if (frame.kind !== 'snapshot') throw new Error(frame.kind);
        expect(frame.number).toBe(number);
        expect(frame.asOfMs).toBe(NOW_MS);
        expect(frame.nameKey).toEqual(nameKey);
        expect(frame.index.certificateCount).toBe(given.certificates.length);
        for (const entry of given.certificates) {
          expect(frame.index.certificate(entry.fingerprint)).toEqual(entry);
        }
        for (const entry of given.apiClients) {
          expect(frame.index.apiClient(entry.nameHash)).toEqual(entry);
        }
        for (const entry of given.accounts) {
          expect(frame.index.account(entry.accountId)).toEqual(entry);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('T17: a delta read back holds exactly the changes written, in order', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const frame = roundTrip(
          encodeDeltaFrame({ fromNumber: 4, number: 9, asOfMs: NOW_MS, changes }),
        );
        expect(frame).toEqual({ kind: 'delta', number: 9, asOfMs: NOW_MS, fromNumber: 4, changes });
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('T17: any flipped bit of a sealed frame is refused', () => {
    const sealed = seal(
      encodeDeltaFrame({
        fromNumber: 1,
        number: 2,
        asOfMs: NOW_MS,
        changes: [{ kind: 'certificate', entry: entryOf(1) }],
      }),
    );
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const forged = sealed.slice();
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openedOrNull(forged)).toBeNull();
    }
  });

  it('T17: every truncation of a sealed frame yields no frame', () => {
    const sealed = seal(encodeHeartbeatFrame({ number: 3, asOfMs: NOW_MS }));
    for (let length = 0; length < sealed.length; length += 1) {
      const reader = frameReader({ maxFrameBytes: MAX_FRAME_BYTES });
      expect(reader.push(sealed.subarray(0, length))).toEqual([]);
      expect(reader.pendingBytes()).toBe(length);
    }
  });

  it('T17: a frame signed by another key is refused', () => {
    const payload = encodeHeartbeatFrame({ number: 3, asOfMs: NOW_MS });
    expect(openedOrNull(seal(payload, stranger.privateKey))).toBeNull();
  });

  it('reads frames however the stream is cut', () => {
    const frames = [1, 2, 3].map((n) => seal(encodeHeartbeatFrame({ number: n, asOfMs: NOW_MS })));
    const stream = Buffer.concat(frames);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const reader = frameReader({ maxFrameBytes: 1000 });
        const seen: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          seen.push(...reader.push(stream.subarray(at, at + size)).map((frame) => frame.bytes));
          at += size;
        }
        expect(Buffer.concat(seen).equals(stream)).toBe(true);
        expect(reader.pendingBytes()).toBe(0);
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  it('refuses a frame above the limit at its length, before buffering it', () => {
    const reader = frameReader({ maxFrameBytes: 1000 });
    expect(() => reader.push(Uint8Array.from([0x7f, 0xff, 0xff, 0xff]))).toThrow(/at most 1000/);
  });

  it('refuses signed bytes that are not a frame, with every truncation of the payload', () => {
    const payload = encodeSnapshotFrame({
      number: 1,
      asOfMs: NOW_MS,
      nameKey,
      content: { certificates: [entryOf(1)], apiClients: [], accounts: [] },
    });
    for (let length = 0; length < payload.length; length += 1) {
      expect(() => openedOrNull(seal(payload.slice(0, length)))).toThrow();
    }
    expect(() => openedOrNull(seal(Buffer.concat([payload, Buffer.of(0)])))).toThrow(
      /after the end/,
    );
  });

  it('hashes API client names by environment, case and key', () => {
    const hashes = [
      apiClientNameHash(nameKey, 'production', 'billing'),
      apiClientNameHash(nameKey, 'sandbox', 'billing'),
      apiClientNameHash(nameKey, 'production', 'Billing'),
      apiClientNameHash(new Uint8Array(32), 'production', 'billing'),
    ].map((hash) => Buffer.from(hash).toString('hex'));
    expect(new Set(hashes).size).toBe(4);
  });
});

describe('applyFrame', () => {
  it('T17: refuses a lower number than the one held, whatever the kind of frame', () => {
    for (const frame of [snapshot(4, 3), delta(3, 4, []), heartbeat(4)]) {
      expect(refusal(applyFrame({ state: stateOf(5, 3), frame, nowMs: NOW_MS }))).toBe('rollback');
    }
  });

  it('T17: refuses a delta with a gap, and a heartbeat ahead of what is held', () => {
    for (const frame of [delta(6, 7, []), heartbeat(6)]) {
      expect(refusal(applyFrame({ state: stateOf(5, 3), frame, nowMs: NOW_MS }))).toBe('gap');
    }
    const first = applyFrame({ state: null, frame: delta(1, 2, []), nowMs: NOW_MS });
    expect(refusal(first)).toBe('gap');
  });

  it('T17: refuses a snapshot that loses more than half of 100 certificates, accepts half', () => {
    const lossy = (kept: number) =>
      applyFrame({ state: stateOf(5, 100), frame: snapshot(6, kept), nowMs: NOW_MS });
    expect(refusal(lossy(49))).toBe('implausible_shrink');
    expect(refusal(lossy(50))).toBeNull();
  });

  it('T17: refuses a snapshot that swaps the certificates for others', () => {
    const state = stateOf(5, 100);
    const frame = snapshot(6, 200, 1000);
    expect(refusal(applyFrame({ state, frame, nowMs: NOW_MS }))).toBe('implausible_shrink');
  });

  it('T17: refuses a delta that removes more than half, and changes nothing', () => {
    const state = stateOf(5, 100);
    const changes: Change[] = Array.from({ length: 51 }, (_, n) => ({
      kind: 'certificate_removed',
      fingerprint: entryOf(n).fingerprint,
    }));
    const result = applyFrame({ state, frame: delta(5, 6, changes), nowMs: NOW_MS });
    expect(refusal(result)).toBe('implausible_shrink');
    expect(state.number).toBe(5);
    expect(state.index.certificateCount).toBe(100);
  });

  it('lets a small deployment lose all its certificates', () => {
    const result = applyFrame({ state: stateOf(5, 99), frame: snapshot(6, 0), nowMs: NOW_MS });
    expect(refusal(result)).toBeNull();
  });

  it('a delta that is already held changes nothing and is no error', () => {
    const state = stateOf(5, 3);
    const gone: Change = { kind: 'certificate_removed', fingerprint: entryOf(0).fingerprint };
    const result = applyFrame({ state, frame: delta(4, 5, [gone]), nowMs: NOW_MS });
    expect(result).toMatchObject({ applied: true, advanced: false });
    expect(state.index.certificateCount).toBe(3);
  });

  it('a heartbeat renews the age, never backwards and never into the future', () => {
    const state = stateOf(5, 3);
    const beat = (asOfMs: number) =>
      applyFrame({ state, frame: { kind: 'heartbeat', number: 5, asOfMs }, nowMs: NOW_MS + 9_000 });
    beat(NOW_MS + 5_000);
    expect(state.asOfMs).toBe(NOW_MS + 5_000);
    beat(NOW_MS + 1_000);
    expect(state.asOfMs).toBe(NOW_MS + 5_000);
    beat(NOW_MS + 99_000_000);
    expect(state.asOfMs).toBe(NOW_MS + 9_000);
  });

  it('names the certificates that a delta touched', () => {
    const entry = { ...entryOf(1), revokedAt: 5 };
    const frame = delta(5, 6, [{ kind: 'certificate', entry }]);
    const result = applyFrame({ state: stateOf(5, 3), frame, nowMs: NOW_MS });
    expect(result).toMatchObject({ applied: true, touched: [entry.fingerprint] });
  });
});

function seal(payload: Uint8Array, key: KeyObject = privateKey): Uint8Array {
  return sealFrame(payload, sign(null, payload, key));
}

function openedOrNull(sealed: Uint8Array): Frame | null {
  const [frame] = completeFrames(sealed);
  return frame === undefined ? null : openFrame(frame, publicKey);
}

/** A flipped bit in the length makes a frame too long for the limit, or too long for the bytes there are. */
function completeFrames(sealed: Uint8Array): SealedFrame[] {
  try {
    return frameReader({ maxFrameBytes: MAX_FRAME_BYTES }).push(sealed);
  } catch (error) {
    if (error instanceof FrameError) return [];
    throw error;
  }
}

function roundTrip(payload: Uint8Array): Frame {
  const frame = openedOrNull(seal(payload));
  if (frame === null) throw new Error('not opened');
  return frame;
}

function entryOf(n: number): CertificateEntry {
  const fingerprint = apiClientNameHash(nameKey, 'sandbox', `certificate ${n}`);
  return {
    fingerprint,
    accountId: `acc_${n % 5}`,
    environment: 'production',
    notBefore: 0,
    notAfter: 4e9,
    revokedAt: null,
  };
}

function snapshot(number: number, count: number, first = 0): Frame {
  const certificates = Array.from({ length: count }, (_, n) => entryOf(first + n));
  const content = { certificates, apiClients: [], accounts: [] };
  return roundTrip(encodeSnapshotFrame({ number, asOfMs: NOW_MS, nameKey, content }));
}

function delta(fromNumber: number, number: number, changes: Change[]): Frame {
  return { kind: 'delta', fromNumber, number, asOfMs: NOW_MS, changes };
}

function heartbeat(number: number): Frame {
  return { kind: 'heartbeat', number, asOfMs: NOW_MS };
}

function stateOf(number: number, count: number): EdgeState {
  const result = applyFrame({ state: null, frame: snapshot(number, count), nowMs: NOW_MS });
  if (!result.applied) throw new Error(result.reason);
  return result.state;
}

function refusal(result: ReturnType<typeof applyFrame>): string | null {
  return result.applied ? null : result.reason;
}

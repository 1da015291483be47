/**
 * From a stream of bytes to frames that are known to come from the portal. Nothing in a payload is looked at
 * before its signature has been verified with the pinned key.
 */
import { type KeyObject, verify } from 'node:crypto';
import {
  CHANGE_KIND,
  END,
  FRAME_KIND,
  HASH_BYTES,
  MAGIC,
  MAX_STEPS,
  MORE,
  NAME_KEY_BYTES,
  SIGNATURE_BYTES,
} from '@/lib/edge/frames';
import type { ModeStep, Timeline } from '@/lib/edge/mode';
import {
  type AccountEntry,
  type CertificateEntry,
  type Change,
  type EdgeIndex,
  edgeIndex,
} from '@/lib/edge/state';
import { FrameError, type WireReader, wireReader } from '@/lib/edge/wire';
import { ENFORCEMENT_MODES, type Environment } from '@/lib/kernel/environments';

/** A frame as received: nobody has vouched for it yet. `bytes` is the whole, as it came. */
export type SealedFrame = { bytes: Uint8Array; payload: Uint8Array; signature: Uint8Array };

export type Frame =
  | { kind: 'snapshot'; number: number; asOfMs: number; nameKey: Uint8Array; index: EdgeIndex }
  | { kind: 'delta'; number: number; asOfMs: number; fromNumber: number; changes: Change[] }
  | { kind: 'heartbeat'; number: number; asOfMs: number };

export type FrameReader = {
  /** Takes any piece of the stream and returns the frames that it completes. @throws FrameError above the limit */
  push(chunk: Uint8Array): SealedFrame[];
  /** Bytes of a frame that is not complete yet; anything but 0 at the end of a file means it was cut. */
  pendingBytes(): number;
};

/** A million certificates take 54 MB. */
export const MAX_FRAME_BYTES = 256 * 1024 * 1024;

export function frameReader(limits: { maxFrameBytes: number }): FrameReader {
  let chunks: Uint8Array[] = [];
  let pending = 0;
  let wanted = 4;

  const joined = (): Uint8Array => {
    const only = chunks[0];
    if (chunks.length === 1 && only !== undefined) return only;
    const all = new Uint8Array(pending);
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    chunks = [all];
    return all;
  };

  return {
    push(chunk) {
      chunks.push(chunk);
      pending += chunk.length;
      const frames: SealedFrame[] = [];
      while (pending >= wanted) {
        const bytes = joined();
        const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
        const total = 4 + length + SIGNATURE_BYTES;
        if (total > limits.maxFrameBytes) {
          throw new FrameError(`a frame of ${total} bytes; at most ${limits.maxFrameBytes}`);
        }
        wanted = total;
        if (pending < total) break;
        frames.push({
          bytes: bytes.subarray(0, total),
          payload: bytes.subarray(4, 4 + length),
          signature: bytes.subarray(4 + length, total),
        });
        chunks = [bytes.subarray(total)];
        pending -= total;
        wanted = 4;
      }
      return frames;
    },
    pendingBytes: () => pending,
  };
}

/**
 * The frame, if the pinned key signed exactly these bytes; null if it did not.
 * @param key Ed25519 public key
 * @throws FrameError when signed bytes are not a frame (a newer format, or a fault of the portal)
 */
export function openFrame(sealed: SealedFrame, key: KeyObject): Frame | null {
  if (key.asymmetricKeyType !== 'ed25519') return null;
  if (!verify(null, sealed.payload, key, sealed.signature)) return null;
  const reader = wireReader(sealed.payload);
  if (!MAGIC.every((byte) => reader.byte() === byte)) throw new FrameError('not a frame of ours');
  const kind = reader.byte();
  const head = { number: reader.count(), asOfMs: reader.count() };
  const frame = bodyOf(kind, head, reader);
  reader.end();
  return frame;
}

function bodyOf(kind: number, head: { number: number; asOfMs: number }, reader: WireReader): Frame {
  switch (kind) {
    case FRAME_KIND.snapshot:
      return { kind: 'snapshot', ...head, ...readContent(reader) };
    case FRAME_KIND.delta: {
      const fromNumber = reader.count();
      if (fromNumber >= head.number) throw new FrameError('a delta leads to a higher number');
      const count = reader.uint32();
      const changes: Change[] = [];
      for (let index = 0; index < count; index += 1) changes.push(readChange(reader));
      return { kind: 'delta', ...head, fromNumber, changes };
    }
    case FRAME_KIND.heartbeat:
      return { kind: 'heartbeat', ...head };
    default:
      throw new FrameError(`an unknown kind of frame: ${kind}`);
  }
}

function readContent(reader: WireReader): { nameKey: Uint8Array; index: EdgeIndex } {
  const nameKey = reader.bytes(NAME_KEY_BYTES).slice();
  const index = edgeIndex();
  const accountIds: string[] = [];
  const reference = (): string => {
    const position = reader.uint32();
    if (position === accountIds.length) accountIds.push(reader.text());
    const accountId = accountIds[position];
    if (accountId === undefined) throw new FrameError('a reference to no account');
    return accountId;
  };
  while (more(reader)) {
    const accountId = reader.text();
    accountIds.push(accountId);
    index.change({ kind: 'account', entry: readAccountPolicy(reader, accountId) });
  }
  while (more(reader)) {
    const nameHash = reader.bytes(HASH_BYTES);
    const accountId = reference();
    const environment = reader.environment();
    index.change({ kind: 'api_client', entry: { nameHash, accountId, environment } });
  }
  while (more(reader)) {
    const fingerprint = reader.bytes(HASH_BYTES);
    const accountId = reference();
    const entry = readCertificateFacts(reader, fingerprint, accountId);
    index.change({ kind: 'certificate', entry });
  }
  return { nameKey, index };
}

function more(reader: WireReader): boolean {
  const mark = reader.byte();
  if (mark !== MORE && mark !== END) throw new FrameError('a record was expected');
  return mark === MORE;
}

function readChange(reader: WireReader): Change {
  const kind = reader.byte();
  switch (kind) {
    case CHANGE_KIND.certificate: {
      const fingerprint = reader.bytes(HASH_BYTES).slice();
      const accountId = reader.text();
      return { kind: 'certificate', entry: readCertificateFacts(reader, fingerprint, accountId) };
    }
    case CHANGE_KIND.certificate_removed:
      return { kind: 'certificate_removed', fingerprint: reader.bytes(HASH_BYTES).slice() };
    case CHANGE_KIND.api_client: {
      const nameHash = reader.bytes(HASH_BYTES).slice();
      const accountId = reader.text();
      const environment: Environment = reader.environment();
      return { kind: 'api_client', entry: { nameHash, accountId, environment } };
    }
    case CHANGE_KIND.api_client_removed:
      return { kind: 'api_client_removed', nameHash: reader.bytes(HASH_BYTES).slice() };
    case CHANGE_KIND.account: {
      const accountId = reader.text();
      return { kind: 'account', entry: readAccountPolicy(reader, accountId) };
    }
    default:
      throw new FrameError(`an unknown kind of change: ${kind}`);
  }
}

function readCertificateFacts(
  reader: WireReader,
  fingerprint: Uint8Array,
  accountId: string,
): CertificateEntry {
  const environment = reader.environment();
  const notBefore = reader.seconds();
  const notAfter = reader.seconds();
  const revokedAt = reader.flag() ? reader.seconds() : null;
  return { fingerprint, accountId, environment, notBefore, notAfter, revokedAt };
}

function readAccountPolicy(reader: WireReader, accountId: string): AccountEntry {
  const suspended = reader.flag();
  // In the order of ENVIRONMENTS, as they were written.
  const production = readTimeline(reader);
  const sandbox = readTimeline(reader);
  return { accountId, suspended, modes: { production, sandbox } };
}

function readTimeline(reader: WireReader): Timeline {
  const length = reader.byte();
  if (length === 0 || length > MAX_STEPS) throw new FrameError('a timeline of no length');
  let before = Number.NEGATIVE_INFINITY;
  return Array.from({ length }, (_, index): ModeStep => {
    const mode = ENFORCEMENT_MODES[reader.byte()];
    if (mode === undefined) throw new FrameError('an unknown mode');
    const until = index === length - 1 ? null : reader.seconds();
    if (until !== null && until <= before) throw new FrameError('the steps are not in order');
    before = until ?? before;
    return { mode, until };
  });
}

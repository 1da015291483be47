/**
 * What goes from the portal to its edges, over the wire and onto disk: snapshot, delta and heartbeat frames.
 * Signing and sending are the portal's; reading is `frame-reader.ts`; what may be applied is `apply.ts`.
 *
 * sealed frame = u32 payload length | payload | Ed25519 signature over exactly the payload (64 bytes)
 * payload      = "CSE2" | u8 kind | u64 number | u64 asOfMs | body
 * The kind, the number and the time are inside what is signed, so no frame can be passed off as another.
 */
import { createHmac } from 'node:crypto';
import type { Timeline } from '@/lib/edge/mode';
import type {
  AccountEntry,
  ApiClientEntry,
  CertificateEntry,
  Change,
  SnapshotContent,
} from '@/lib/edge/state';
import { FrameError, type FrameWriter, frameWriter } from '@/lib/edge/wire';
import { ENFORCEMENT_MODES, ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';

export const FRAME_KIND = { snapshot: 1, delta: 2, heartbeat: 3 } as const;
export const CHANGE_KIND = {
  certificate: 1,
  certificate_removed: 2,
  api_client: 3,
  api_client_removed: 4,
  account: 5,
} as const satisfies Record<Change['kind'], number>;
export const MAGIC = Uint8Array.from([0x43, 0x53, 0x45, 0x32]);
export const SIGNATURE_BYTES = 64;
export const HASH_BYTES = 32;
export const NAME_KEY_BYTES = 32;
/** An account and all above it may each be on trial. */
export const MAX_STEPS = 32;

/** In a snapshot every section's records start with MORE, and END closes it: content may come from a stream. */
export const MORE = 1;
export const END = 0;

/**
 * HMAC-SHA-256 under the deployment's name key: an edge's disk tells nobody who the customers' programs are.
 * Names are exact: case-sensitive, not trimmed, not normalized.
 */
export function apiClientNameHash(
  nameKey: Uint8Array,
  environment: Environment,
  name: string,
): Uint8Array {
  return createHmac('sha256', nameKey).update(`${environment}\0${name}`, 'utf8').digest();
}

/** Names whose hash is kept, by environment; about 400 bytes each. */
const MOST_RECENT = 16_384;
type Recent = Record<Environment, Map<string, Uint8Array>>;
const recent = new WeakMap<Uint8Array, Recent>();

/**
 * `apiClientNameHash`, and again what it gave for a name not long ago: the HMAC costs more than all the rest of a
 * decision. Whoever sends names without end makes others cost what they cost the first time, and no more.
 * @returns bytes that others hold too
 */
export function recentNameHash(
  nameKey: Uint8Array,
  environment: Environment,
  name: string,
): Uint8Array {
  let kept = recent.get(nameKey);
  if (kept === undefined) {
    kept = { production: new Map(), sandbox: new Map() };
    recent.set(nameKey, kept);
  }
  const known = kept[environment].get(name);
  if (known !== undefined) return known;
  if (kept[environment].size >= MOST_RECENT) kept[environment].clear();
  const nameHash = apiClientNameHash(nameKey, environment, name);
  kept[environment].set(name, nameHash);
  return nameHash;
}

/**
 * The payload of a full snapshot, unsigned. Each iterable is read once.
 * @param input.number of the last change contained @param input.nameKey 32 bytes
 * @throws FrameError on an entry that cannot be represented
 */
export function encodeSnapshotFrame(input: {
  number: number;
  asOfMs: number;
  nameKey: Uint8Array;
  content: SnapshotContent;
}): Uint8Array {
  const writer = begin(FRAME_KIND.snapshot, input);
  writer.bytes(input.nameKey, NAME_KEY_BYTES);
  const references = accountReferences(writer);
  for (const entry of input.content.accounts) {
    writer.byte(MORE);
    references.declare(entry.accountId);
    writeAccountPolicy(writer, entry);
  }
  writer.byte(END);
  for (const entry of input.content.apiClients) {
    writer.byte(MORE);
    writer.bytes(entry.nameHash, HASH_BYTES);
    references.write(entry.accountId);
    writer.environment(entry.environment);
  }
  writer.byte(END);
  for (const entry of input.content.certificates) {
    writer.byte(MORE);
    writer.bytes(entry.fingerprint, HASH_BYTES);
    references.write(entry.accountId);
    writeCertificateFacts(writer, entry);
  }
  writer.byte(END);
  return writer.done();
}

/**
 * The payload of a delta, unsigned: it takes an edge that holds exactly `fromNumber` to `number`.
 * @throws FrameError unless `number` is above `fromNumber`, or on an entry that cannot be represented
 */
export function encodeDeltaFrame(input: {
  fromNumber: number;
  number: number;
  asOfMs: number;
  changes: readonly Change[];
}): Uint8Array {
  if (input.number <= input.fromNumber) throw new FrameError('a delta leads to a higher number');
  const writer = begin(FRAME_KIND.delta, input);
  writer.count(input.fromNumber);
  writer.uint32(input.changes.length);
  for (const change of input.changes) writeChange(writer, change);
  return writer.done();
}

/** The payload of a heartbeat, unsigned: "`number` was still the newest at `asOfMs`". */
export function encodeHeartbeatFrame(input: { number: number; asOfMs: number }): Uint8Array {
  return begin(FRAME_KIND.heartbeat, input).done();
}

/**
 * A payload with its length before and its signature behind, ready to be sent.
 * @param signature Ed25519 over exactly `payload`, 64 bytes
 */
export function sealFrame(payload: Uint8Array, signature: Uint8Array): Uint8Array {
  if (signature.length !== SIGNATURE_BYTES) throw new FrameError('a signature has 64 bytes');
  const sealed = new Uint8Array(4 + payload.length + SIGNATURE_BYTES);
  new DataView(sealed.buffer).setUint32(0, payload.length);
  sealed.set(payload, 4);
  sealed.set(signature, 4 + payload.length);
  return sealed;
}

function begin(kind: number, input: { number: number; asOfMs: number }): FrameWriter {
  const writer = frameWriter();
  writer.bytes(MAGIC, MAGIC.length);
  writer.byte(kind);
  writer.count(input.number);
  writer.count(input.asOfMs);
  return writer;
}

function writeChange(writer: FrameWriter, change: Change): void {
  writer.byte(CHANGE_KIND[change.kind]);
  switch (change.kind) {
    case 'certificate':
      writer.bytes(change.entry.fingerprint, HASH_BYTES);
      writer.text(change.entry.accountId);
      writeCertificateFacts(writer, change.entry);
      return;
    case 'certificate_removed':
      writer.bytes(change.fingerprint, HASH_BYTES);
      return;
    case 'api_client':
      writeApiClient(writer, change.entry);
      return;
    case 'api_client_removed':
      writer.bytes(change.nameHash, HASH_BYTES);
      return;
    case 'account':
      writer.text(change.entry.accountId);
      writeAccountPolicy(writer, change.entry);
      return;
  }
}

function writeApiClient(writer: FrameWriter, entry: ApiClientEntry): void {
  writer.bytes(entry.nameHash, HASH_BYTES);
  writer.text(entry.accountId);
  writer.environment(entry.environment);
}

function writeCertificateFacts(writer: FrameWriter, entry: CertificateEntry): void {
  writer.environment(entry.environment);
  writer.seconds(entry.notBefore);
  writer.seconds(entry.notAfter);
  writer.byte(entry.revokedAt === null ? 0 : 1);
  if (entry.revokedAt !== null) writer.seconds(entry.revokedAt);
}

function writeAccountPolicy(writer: FrameWriter, entry: AccountEntry): void {
  writer.byte(entry.suspended ? 1 : 0);
  for (const environment of ENVIRONMENTS) writeTimeline(writer, entry.modes[environment]);
}

/** u8 steps, then of each u8 mode and, of all but the last, its end in seconds. */
function writeTimeline(writer: FrameWriter, timeline: Timeline): void {
  if (timeline.length === 0 || timeline.length > MAX_STEPS) {
    throw new FrameError(`a timeline has 1 to ${MAX_STEPS} steps`);
  }
  writer.byte(timeline.length);
  timeline.forEach(({ mode, until }, index) => {
    const isLast = index === timeline.length - 1;
    if (isLast !== (until === null)) throw new FrameError('only the last step has no end');
    writer.byte(ENFORCEMENT_MODES.indexOf(mode));
    if (until !== null) writer.seconds(until);
  });
}

/** An account id is written out once per snapshot, later as its position: a fifth of the bytes. */
function accountReferences(writer: FrameWriter): {
  declare(accountId: string): void;
  write(accountId: string): void;
} {
  const positions = new Map<string, number>();
  const declare = (accountId: string) => {
    if (positions.has(accountId)) throw new FrameError('an account is listed twice');
    positions.set(accountId, positions.size);
    writer.text(accountId);
  };
  return {
    declare,
    write(accountId) {
      const position = positions.get(accountId);
      writer.uint32(position ?? positions.size);
      if (position === undefined) declare(accountId);
    },
  };
}

/** A TBSCertList taken apart for the rules of lint-crl.ts, in one pass over entries that may fill megabytes. */
import { REASON_CODE } from './crl-reason';
import { DerError, expect, readDer, readHeader, TAG } from './der';
import {
  type Extension,
  extensionList,
  type IssuerParts,
  issuerOf,
  rightlyEncoded,
  timeOf,
} from './lint-read';

export type CrlParts = {
  version: number | undefined;
  signatureDer: Uint8Array;
  issuerDer: Uint8Array;
  thisUpdate: Date;
  nextUpdate: Date;
  timesEncoded: boolean;
  entries: Entries;
  extensions: Map<string, Extension>;
  repeated: boolean;
  issuer: IssuerParts;
};
/** `fault` names the first entry that is wrong, and how. */
export type Entries = { count: number; fault: string | null };

/** @throws DerError when the bytes are no TBSCertList with all parts that ours have, or the issuer no certificate */
export function readCrlDraft(draft: { tbsDer: Uint8Array; issuerDer: Uint8Array }): CrlParts {
  const [version, signature, issuer, thisUpdate, nextUpdate, ...rest] = shallowParts(draft.tbsDer);
  const list = rest[0]?.[0] === TAG.sequence ? rest.shift() : undefined;
  const [extensions, ...more] = rest;
  if (!version || !signature || !issuer || !thisUpdate || !nextUpdate || !extensions) {
    throw new DerError('a part is missing');
  }
  if (more.length > 0) throw new DerError('more parts than a TBSCertList has');
  const tagged = expect(readDer(extensions), 0xa0, 'extensions').children;
  if (tagged.length !== 1) throw new DerError('one list of extensions was expected');
  const found = extensionList(tagged[0]);
  const times = [readDer(thisUpdate), readDer(nextUpdate)];
  return {
    version: expect(readDer(version), TAG.integer, 'the version').content[0],
    signatureDer: signature,
    issuerDer: issuer,
    thisUpdate: timeOf(times[0]),
    nextUpdate: timeOf(times[1]),
    timesEncoded: times.every(rightlyEncoded),
    entries: list ? readEntries(list) : { count: 0, fault: null },
    extensions: new Map(found),
    repeated: new Set(found.map(([id]) => id)).size !== found.length,
    issuer: issuerOf(draft.issuerDer),
  };
}

/** The TLVs inside one SEQUENCE, unread: of a signed list the list, the algorithm and the signature. @throws DerError */
export function shallowParts(bytes: Uint8Array): Uint8Array[] {
  const { tag, contentStart, contentEnd } = readHeader(bytes, 0);
  if (tag !== TAG.sequence || contentEnd !== bytes.length) throw new DerError('not one SEQUENCE');
  const parts: Uint8Array[] = [];
  for (let at = contentStart; at < contentEnd; ) {
    const end = readHeader(bytes, at).contentEnd;
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts;
}

const REASONS = new Set<number>(Object.values(REASON_CODE).filter((code) => code !== 0));
const REASON_PREFIX = [
  0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01,
];
const REASON_BYTES = REASON_PREFIX.length + 1;
const SERIAL_BYTES = 16;

/**
 * Every entry is one of four shapes: UTCTime or GeneralizedTime, with a reason or without. Octets are compared where
 * they lie, because 100,000 objects would take a hundred times as long.
 */
function readEntries(list: Uint8Array): Entries {
  const { contentStart, contentEnd } = readHeader(list, 0);
  let count = 0;
  let before = -1;
  let at = contentStart;
  while (at < contentEnd) {
    const end = at + 2 + (list[at + 1] ?? 0);
    const fault = end > contentEnd ? 'is cut off' : entryFault(list, at, end);
    if (fault) return { count, fault: `entry ${count + 1} ${fault}` };
    const serial = at + 4;
    if (before !== -1 && !isAbove(list, serial, before)) {
      return { count, fault: `entry ${count + 1} is not above the one before it` };
    }
    before = serial;
    count += 1;
    at = end;
  }
  return count === 0 ? { count, fault: 'the list is there and empty' } : { count, fault: null };
}

function entryFault(list: Uint8Array, start: number, end: number): string | null {
  if (list[start] !== TAG.sequence || list[start + 2] !== TAG.integer) return 'is no entry';
  if (list[start + 3] !== SERIAL_BYTES || ((list[start + 4] ?? 0) & 0xc0) !== 0x40) {
    return 'has no serial of 16 octets with the top bits 01';
  }
  const timeAt = start + 4 + SERIAL_BYTES;
  const timeBytes = timeLength(list, timeAt);
  if (timeBytes === null) return 'has no time of its year';
  const reasonAt = timeAt + 2 + timeBytes;
  if (reasonAt === end) return null;
  if (reasonAt + REASON_BYTES !== end) return 'has more than a reason';
  for (let index = 0; index < REASON_PREFIX.length; index += 1) {
    if (list[reasonAt + index] !== REASON_PREFIX[index]) {
      return 'has another extension than a reason';
    }
  }
  return REASONS.has(list[end - 1] ?? 0) ? null : 'has a reason that is not ours';
}

/** Octets of the time at `at`; null when it is no moment, or of the other type. @see RFC 5280, 5.1.2.6 */
function timeLength(list: Uint8Array, at: number): number | null {
  const isUtc = list[at] === TAG.utcTime;
  const length = isUtc ? 13 : 15;
  if ((!isUtc && list[at] !== TAG.generalizedTime) || list[at + 1] !== length) return null;
  if (list[at + 1 + length] !== 0x5a) return null;
  for (let index = at + 2; index <= at + length; index += 1) {
    const octet = list[index] ?? 0;
    if (octet < 0x30 || octet > 0x39) return null;
  }
  const tail = at + length - 9;
  const month = pairAt(list, tail);
  const day = pairAt(list, tail + 2);
  const exists =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 31 &&
    pairAt(list, tail + 4) < 24 &&
    pairAt(list, tail + 6) < 60 &&
    pairAt(list, tail + 8) < 60;
  if (!exists) return null;
  const isOfItsYear = isUtc || pairAt(list, at + 2) * 100 + pairAt(list, at + 4) >= 2050;
  return isOfItsYear ? length : null;
}

function pairAt(list: Uint8Array, at: number): number {
  return ((list[at] ?? 0) - 0x30) * 10 + (list[at + 1] ?? 0) - 0x30;
}

function isAbove(list: Uint8Array, serial: number, before: number): boolean {
  for (let index = 0; index < SERIAL_BYTES; index += 1) {
    const difference = (list[serial + index] ?? 0) - (list[before + index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/**
 * A certificate revocation list, version 2, written entry by entry into one growing buffer: a list of 100,000 entries
 * is 5 MB. The caller hands over a page at a time, and may let others work in between.
 */
import type { RevocationReason } from '@/lib/kernel/environments';
import { assert } from '@/lib/kernel/errors';
import { REASON_CODE } from './crl-reason';
import { TAG } from './der';
import { isUtcTime, timeDer } from './der-time';
import {
  concat,
  context,
  header,
  octetString,
  oid,
  sequence,
  tlv,
  unsigned,
  wholeNumber,
} from './der-write';
import { issuerOf } from './lint-read';
import { OID } from './oids';
import { signingAlgorithmOf } from './signing-algorithm';

export type CrlEntry = {
  /** 32 hexadecimal digits, as `serialFrom` makes serials. */
  readonly serialHex: string;
  readonly revokedAt: Date;
  readonly reason: RevocationReason;
};

export type CrlDraft = { readonly tbsDer: Uint8Array; readonly issuerDer: Uint8Array };

export type CrlBuilder = {
  /** Entries in ascending order of serial, over all calls. */
  add(entries: readonly CrlEntry[]): void;
  /** The TBSCertList, DER; nothing can be added afterwards. */
  finish(): CrlDraft;
};

/** SEQUENCE, INTEGER of 16 octets, GeneralizedTime, reason extension. */
const MAX_ENTRY_BYTES = 51;
const FIRST_BYTES = 16_384;
const SERIAL_HEX = /^[4-7][0-9A-Fa-f]{31}$/;
/** Everything of the reason extension but the reason. @see RFC 5280, 5.3.1 */
const REASON_PREFIX = Uint8Array.of(
  ...[0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01],
);

/**
 * @param input.number CRL number, above that of every earlier list @param input.thisUpdate whole seconds count
 * @see RFC 5280, 5.1 and 5.2
 */
export function crlBuilder(input: {
  issuerDer: Uint8Array;
  number: number;
  thisUpdate: Date;
  nextUpdate: Date;
}): CrlBuilder {
  let list = Buffer.allocUnsafe(FIRST_BYTES);
  let used = 0;
  return {
    add(entries) {
      const needed = used + entries.length * MAX_ENTRY_BYTES;
      if (needed > list.length) {
        const grown = Buffer.allocUnsafe(Math.max(needed, list.length * 2));
        list.copy(grown, 0, 0, used);
        list = grown;
      }
      for (const entry of entries) used = writeEntry(list, used, entry);
    },
    finish() {
      const entries = list.subarray(0, used);
      list = Buffer.alloc(0);
      return { tbsDer: tbsOf(input, entries), issuerDer: input.issuerDer };
    },
  };
}

function writeEntry(list: Buffer, start: number, entry: CrlEntry): number {
  assert(SERIAL_HEX.test(entry.serialHex), 'a serial of 16 octets with the top bits 01');
  const reason = REASON_CODE[entry.reason];
  let at = start + 2;
  list[at++] = TAG.integer;
  list[at++] = 16;
  at += list.write(entry.serialHex, at, 'hex');
  at = writeTime(list, at, entry.revokedAt);
  // A reason that says nothing is left out (RFC 5280, 5.3.1).
  if (reason !== 0) {
    list.set(REASON_PREFIX, at);
    at += REASON_PREFIX.length;
    list[at++] = reason;
  }
  list[start] = TAG.sequence;
  list[start + 1] = at - start - 2;
  return at;
}

/** `timeDer`, without the texts in between. */
function writeTime(list: Buffer, start: number, moment: Date): number {
  const year = moment.getUTCFullYear();
  const utc = isUtcTime(moment);
  list[start] = utc ? TAG.utcTime : TAG.generalizedTime;
  list[start + 1] = utc ? 13 : 15;
  let at = start + 2;
  if (!utc) at = writePair(list, at, Math.floor(year / 100));
  at = writePair(list, at, year % 100);
  at = writePair(list, at, moment.getUTCMonth() + 1);
  at = writePair(list, at, moment.getUTCDate());
  at = writePair(list, at, moment.getUTCHours());
  at = writePair(list, at, moment.getUTCMinutes());
  at = writePair(list, at, moment.getUTCSeconds());
  list[at] = 0x5a;
  return at + 1;
}

function writePair(list: Buffer, at: number, value: number): number {
  list[at] = 0x30 + Math.floor(value / 10);
  list[at + 1] = 0x30 + (value % 10);
  return at + 2;
}

function tbsOf(
  input: { issuerDer: Uint8Array; number: number; thisUpdate: Date; nextUpdate: Date },
  entries: Uint8Array,
): Uint8Array {
  const issuer = issuerOf(input.issuerDer);
  assert(issuer.keyId, 'an issuer has a subject key identifier');
  const extensions = sequence(
    extension(OID.authorityKeyIdentifier, sequence(tlv(0x80, issuer.keyId))),
    extension(OID.crlNumber, numberDer(input.number)),
  );
  const parts = [
    wholeNumber(1),
    signingAlgorithmOf(input.issuerDer).identifierDer,
    issuer.subjectDer,
    timeDer(input.thisUpdate),
    timeDer(input.nextUpdate),
    // An empty list is not written as an empty one (RFC 5280, 5.1.2.6).
    ...(entries.length > 0 ? [header(TAG.sequence, entries.length), entries] : []),
    context(0, extensions),
  ];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concat([header(TAG.sequence, length), ...parts]);
}

function extension(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), octetString(value));
}

function numberDer(number: number): Uint8Array {
  assert(Number.isSafeInteger(number) && number > 0, 'a CRL number is a positive whole number');
  const octets = new DataView(new ArrayBuffer(8));
  octets.setBigUint64(0, BigInt(number));
  return unsigned(new Uint8Array(octets.buffer));
}

/** Writes DER. Each function returns one complete TLV; the caller is responsible for the meaning. */
import { compareBytes, TAG } from '@/lib/pki/der';

/** One TLV with the given identifier octet around the concatenated parts. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(parts);
  return concat([header(tag, content.length), content]);
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(TAG.sequence, ...parts);
}

/** A SET OF, its elements put in DER order. @see X.690, 11.6 */
export function setOf(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(TAG.set, ...[...parts].sort(compareBytes));
}

/** INTEGER of a big-endian magnitude. */
export function unsigned(magnitude: Uint8Array): Uint8Array {
  const firstUsed = magnitude.findIndex((octet) => octet !== 0);
  if (firstUsed === -1) return tlv(TAG.integer, Uint8Array.of(0));
  const trimmed = magnitude.subarray(firstUsed);
  const sign = (trimmed[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array();
  return tlv(TAG.integer, sign, trimmed);
}

/** INTEGER of a whole number below 2^32. */
export function wholeNumber(value: number): Uint8Array {
  const octets = new DataView(new ArrayBuffer(4));
  octets.setUint32(0, value);
  return unsigned(new Uint8Array(octets.buffer));
}

/** OBJECT IDENTIFIER of dotted text. */
export function oid(text: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = text.split('.').map(BigInt);
  return tlv(TAG.oid, Uint8Array.from([first * 40n + second, ...rest].flatMap(base128)));
}

export function text(tag: number, value: string): Uint8Array {
  return tlv(tag, new TextEncoder().encode(value));
}

export function bitString(octets: Uint8Array): Uint8Array {
  return tlv(TAG.bitString, Uint8Array.of(0), octets);
}

export function octetString(octets: Uint8Array): Uint8Array {
  return tlv(TAG.octetString, octets);
}

/** Explicit or constructed context tag `[number]`. */
export function context(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(0xa0 | number, ...parts);
}

/** Identifier and length of a TLV whose content is written elsewhere. */
export function header(tag: number, length: number): Uint8Array {
  return Uint8Array.from([tag, ...lengthOctets(length)]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80);
  return octets;
}

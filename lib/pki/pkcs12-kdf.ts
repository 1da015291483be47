import { concat } from './der-write';
import type { KeyPassword } from './key-password';
import { BLOCK_BYTES, type Hash } from './sha';

/** What octets are derived for. @see RFC 7292, B.3 */
export const PURPOSE = { key: 1, iv: 2, mac: 3 } as const;

/**
 * `count` octets from a password, which counts as a BMPString with its two closing zeros.
 * @see RFC 7292, B.1 and B.2
 */
export function pkcs12Derive(input: {
  hash: Hash;
  purpose: (typeof PURPOSE)[keyof typeof PURPOSE];
  password: KeyPassword;
  salt: Uint8Array;
  iterations: number;
  count: number;
}): Uint8Array {
  const { hash, count } = input;
  const diversifier = new Uint8Array(BLOCK_BYTES).fill(input.purpose);
  const password = concat([bmpOctets(input.password), new Uint8Array(2)]);
  let mixed = concat([repeated(input.salt), repeated(password)]);
  const derived = new Uint8Array(count);
  for (let at = 0; at < count; at += hash.digestBytes) {
    let one = hash.digest(concat([diversifier, mixed]));
    for (let round = 1; round < input.iterations; round += 1) one = hash.digest(one);
    derived.set(one.subarray(0, count - at), at);
    mixed = stepped(mixed, one);
  }
  return derived;
}

/** UTF-16, big-endian. Characters beyond the BMP are two units, as OpenSSL and Java have it. */
export function bmpOctets(text: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let at = 0; at < text.length; at += 1) view.setUint16(2 * at, text.charCodeAt(at));
  return new Uint8Array(view.buffer);
}

function repeated(octets: Uint8Array): Uint8Array {
  const length = BLOCK_BYTES * Math.ceil(octets.length / BLOCK_BYTES);
  return Uint8Array.from({ length }, (_, at) => octets[at % octets.length] ?? 0);
}

/** Each block of `mixed` plus the digest, repeated to a block, plus one. */
function stepped(mixed: Uint8Array, digest: Uint8Array): Uint8Array {
  const out = new Uint8Array(mixed);
  for (let start = 0; start < out.length; start += BLOCK_BYTES) {
    let carry = 1;
    for (let at = BLOCK_BYTES - 1; at >= 0; at -= 1) {
      const sum = (out[start + at] ?? 0) + (digest[at % digest.length] ?? 0) + carry;
      out[start + at] = sum & 0xff;
      carry = sum >> 8;
    }
  }
  return out;
}

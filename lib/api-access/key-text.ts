/**
 * The text of a key: `csk_<environment>_<prefix>_<secret><check>`. The prefix finds the row; the secret, 256 bits in
 * base 62, is compared by its SHA-256; the check is the CRC-32 of all before it, in base 62, so that a scanner of
 * repositories knows a key from chance. Keys made before it had one go on working.
 */
import { crc32 } from 'node:zlib';
import type { Environment } from '@/lib/kernel/environments';

/** Which environments a key is for; `operator`: it belongs to no account. */
export type KeyRealm = Environment | 'both' | 'operator';

const REALM_CODES: Record<KeyRealm, string> = {
  production: 'prod',
  sandbox: 'sbox',
  both: 'any',
  operator: 'op',
};
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = 62n;
const SECRET_CHARACTERS = 43;
const CHECK_CHARACTERS = 6;

const TEXT =
  /^(csk_(?:prod|sbox|any|op)_([0-9a-hjkmnp-tv-z]{12})_([0-9A-Za-z]{43}))([0-9A-Za-z]{6})$/;
const OLD_TEXT = /^csk_([0-9a-z]{12})_([A-Za-z0-9_-]{43})$/;

/** @param random 32 bytes from a cryptographic source */
export function newKeyText(
  realm: KeyRealm,
  prefix: string,
  random: Uint8Array,
): { text: string; secret: string } {
  const secret = base62(BigInt(`0x${Buffer.from(random).toString('hex')}`), SECRET_CHARACTERS);
  const checked = `${keyStart(realm, prefix)}_${secret}`;
  return { text: `${checked}${checkOf(checked)}`, secret };
}

/** How the text of a key begins, before its secret. */
export function keyStart(realm: KeyRealm, prefix: string): string {
  return `csk_${REALM_CODES[realm]}_${prefix}`;
}

/** Null for what is no key, or was not copied whole. */
export function keyParts(text: string): { prefix: string; secret: string } | null {
  const [, checked = '', prefix = '', secret = '', check] = TEXT.exec(text) ?? [];
  if (check !== undefined) return check === checkOf(checked) ? { prefix, secret } : null;
  const [, oldPrefix, oldSecret] = OLD_TEXT.exec(text) ?? [];
  return oldPrefix && oldSecret ? { prefix: oldPrefix, secret: oldSecret } : null;
}

function checkOf(text: string): string {
  return base62(BigInt(crc32(text)), CHECK_CHARACTERS);
}

function base62(value: bigint, characters: number): string {
  let text = '';
  for (let rest = value; text.length < characters; rest /= BASE) {
    text = DIGITS.charAt(Number(rest % BASE)) + text;
  }
  return text;
}

/**
 * Recognizes private keys in whatever form they are uploaded by mistake, so that they are refused before they are
 * sent, and never logged, stored or echoed (invariant 10). It errs on the side of seeing one.
 */
import { oidText, readDer } from '@/lib/pki/der';

/** True for text or octets that are or contain a private key: PEM, DER, base 64 of DER, OpenSSH, PuTTY, JWK, PKCS #12. */
export function looksLikePrivateKey(input: string | Uint8Array): boolean {
  if (typeof input === 'string') return textHoldsPrivateKey(input);
  if (derHoldsPrivateKey(input)) return true;
  if (KEY_FILES.some((start) => start.every((octet, index) => input[index] === octet))) return true;
  return ENCODINGS.some((encoding) => textHoldsPrivateKey(new TextDecoder(encoding).decode(input)));
}

/** First octets of Java key stores (JKS, JCEKS) and of Microsoft's PVK files. */
const KEY_FILES = [
  [0xfe, 0xed, 0xfe, 0xed],
  [0xce, 0xce, 0xce, 0xce],
  [0x1e, 0xf1, 0xb5, 0xb0],
];

// Files made on Windows are often UTF-16; a key must be seen there too.
const ENCODINGS = ['latin1', 'utf-16le', 'utf-16be'] as const;

// Each takes time in proportion to the text, whatever the text: no two repetitions can share a character.
const KEY_TEXT = [
  /-\s{0,3}(?:BEGIN|END)[A-Z0-9 ]*PRIVATE {1,3}KEY/i,
  /PuTTY-User-Key-File-\d/i,
  /Private-(?:Lines|MAC):/i,
  // "openssh-key-v1" in base 64, without its armor.
  /b3BlbnNzaC1rZXktdj/,
];
// A private JWK (RFC 7517, 9.3) has the member "d"; "kty" tells it from other JSON.
const JWK_MEMBERS = [/"kty"\s{0,9}:/, /"d"\s{0,9}:\s{0,9}"/];

function textHoldsPrivateKey(text: string): boolean {
  if (KEY_TEXT.some((pattern) => pattern.test(text))) return true;
  if (JWK_MEMBERS.every((pattern) => pattern.test(text))) return true;
  return base64Runs(text).some((run) => {
    const bytes = decodeLeading(run);
    return bytes !== null && derHoldsPrivateKey(bytes);
  });
}

// Base 64 of any DER structure starts with M; armor lines or the lack of them make no difference, nor do words before.
function base64Runs(text: string): string[] {
  const unescaped = text
    .replace(/\\[rn]/g, '\n')
    // Quoted in an e-mail, a key is still a key.
    .replace(/^[ \t]*[>|][>| \t]*/gm, '')
    .replace(/-----[^-\n]*-----/g, '\u0000');
  const runs = unescaped
    .split('\u0000')
    .map((part) => part.replace(/\s+/g, ''))
    .filter((part) => /^M[A-Za-z0-9+/_-]{30,}/.test(part));
  const starts = [...unescaped.matchAll(/(?<![A-Za-z0-9+/_-])M[A-Za-z0-9+/_-]{30}/g)];
  const after = starts
    .slice(0, MAX_STARTS)
    .map(({ index }) => unescaped.slice(index, index + MAX_LEADING).replace(/\s+/g, ''));
  return [...runs, ...after];
}

// Each start costs one decoding; a file with so many is no request either, and its lines are looked at from the first.
const MAX_STARTS = 32;

const MAX_LEADING = 8_192;

function decodeLeading(run: string): Uint8Array | null {
  const clean = /^[A-Za-z0-9+/_-]*/.exec(run.slice(0, MAX_LEADING))?.[0] ?? '';
  const standard = clean.replace(/-/g, '+').replace(/_/g, '/');
  const whole = standard.slice(0, standard.length - (standard.length % 4));
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}

/** Looks at the first elements only, so that a truncated or padded key is recognized as well. */
export function derHoldsPrivateKey(bytes: Uint8Array): boolean {
  const outer = headerAt(bytes, 0);
  if (outer?.tag !== 0x30) return false;
  const first = headerAt(bytes, outer.contentStart);
  if (first === null) return false;
  const second = headerAt(bytes, first.contentEnd);
  if (second === null) return false;
  const version = bytes[first.contentStart];
  const isVersion = first.tag === 0x02 && first.contentEnd - first.contentStart === 1;
  if (isVersion && version !== undefined && version <= 3) {
    return keyAfterVersion({ bytes, version, second });
  }
  return isPasswordEncryption(bytes, first) && second.tag === 0x04;
}

type Header = { tag: number; start: number; contentStart: number; contentEnd: number };

function keyAfterVersion(parts: { bytes: Uint8Array; version: number; second: Header }): boolean {
  const { bytes, version, second } = parts;
  // PFX ::= SEQUENCE { version (3), authSafe ContentInfo ... } (RFC 7292, 4): it nearly always carries the key.
  if (version === 3) return second.tag === 0x30;
  // PrivateKeyInfo (RFC 5958, 2): version, algorithm, OCTET STRING. A request has a Name where the key would be.
  const third = headerAt(bytes, second.contentEnd);
  if (second.tag === 0x30) return third?.tag === 0x04;
  // ECPrivateKey (RFC 5915, 3), or RSAPrivateKey and DSA (RFC 8017, A.1.2): at least three integers in a row.
  if (second.tag === 0x04) return version === 1;
  return second.tag === 0x02 && third?.tag === 0x02;
}

function isPasswordEncryption(bytes: Uint8Array, algorithm: Header): boolean {
  if (algorithm.tag !== 0x30) return false;
  try {
    const id = oidText(readDer(bytes.subarray(algorithm.start, algorithm.contentEnd)).children[0]);
    return id.startsWith('1.2.840.113549.1.5.') || id.startsWith('1.2.840.113549.1.12.1.');
  } catch {
    return false;
  }
}

function headerAt(bytes: Uint8Array, start: number): Header | null {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined) return null;
  if (first <= 0x80) {
    // BER's indefinite length: the content runs to the end as far as this question goes.
    const length = first === 0x80 ? bytes.length : first;
    return { tag, start, contentStart: start + 2, contentEnd: start + 2 + length };
  }
  const count = first & 0x7f;
  if (count > 4) return null;
  let length = 0;
  for (let index = 0; index < count; index += 1)
    length = length * 256 + (bytes[start + 2 + index] ?? 0);
  const contentStart = start + 2 + count;
  return { tag, start, contentStart, contentEnd: contentStart + length };
}

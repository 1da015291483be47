import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEY_PATTERN } from '@/lib/contract/api-keys';
import { keyParts, newKeyText } from './key-text';

const PREFIX = '0123456789ab';
const made = (realm: 'production' | 'sandbox' | 'both' | 'operator' = 'sandbox', fill = 7) =>
  newKeyText(realm, PREFIX, new Uint8Array(32).fill(fill));

describe('the text of a key', () => {
  it('is found by the published pattern, whole, and given back in its parts', () => {
    for (const realm of ['production', 'sandbox', 'both', 'operator'] as const) {
      for (const fill of [0, 1, 255]) {
        const { text, secret } = made(realm, fill);
        expect(`key=${text};`.match(new RegExp(`\\b${KEY_PATTERN}\\b`))?.[0]).toBe(text);
        expect(keyParts(text)).toEqual({ prefix: PREFIX, secret });
      }
    }
  });

  it('is the same for the same bits, and another for others', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const same = Buffer.from(one).equals(Buffer.from(other));
        const texts = [one, other].map((random) => newKeyText('both', PREFIX, random).text);
        expect(texts[0] === texts[1]).toBe(same);
      }),
    );
  });

  it('with any one character changed is no key, without asking the database', () => {
    const { text } = made();
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'x' ? 'y' : 'x';
      expect(keyParts(text.slice(0, at) + other + text.slice(at + 1))).toBeNull();
    }
    expect(keyParts(text.slice(0, -1))).toBeNull();
  });

  it('ends in the CRC-32 that Python computes, as the documented check does', () => {
    const { text } = made('production', 42);
    const script = `
import sys, zlib
t = sys.argv[1]
n = 0
for c in t[-6:]: n = n * 62 + '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.index(c)
print(n == zlib.crc32(t[:-6].encode()))`;
    expect(execFileSync('python3', ['-c', script, text]).toString().trim()).toBe('True');
  });

  it('of the first kind, without a check, goes on working', () => {
    const secret = createHash('sha256').update('x').digest('base64url');
    expect(keyParts(`csk_${PREFIX}_${secret}`)).toEqual({ prefix: PREFIX, secret });
  });
});

import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hexOf } from './bytes';
import { SHA_1, SHA_256 } from './sha';

describe('FIPS 180-4: digests are those of node:crypto', () => {
  it.each([
    ['sha1', SHA_1],
    ['sha256', SHA_256],
  ] as const)('%s, for every length around one, two and three blocks', (name, hash) => {
    for (let length = 0; length <= 200; length += 1) {
      const message = randomBytes(length);
      const expected = createHash(name).update(message).digest('hex').toUpperCase();
      expect(hexOf(hash.digest(message)), `${length} octets`).toBe(expected);
    }
    const long = randomBytes(100_000);
    const expected = createHash(name).update(long).digest('hex').toUpperCase();
    expect(hexOf(hash.digest(long))).toBe(expected);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isReadableByJava,
  keyPassword,
  PASSWORD_OCTETS,
  passwordFault,
  passwordOf,
  passwordStrength,
} from './key-password';

describe('a password of a key file', () => {
  it.each([
    '',
    '            ',
    '\t\t\t\t\t\t\t\t\t\t\t\t',
    '\u00a0'.repeat(12),
    '\u200b'.repeat(12),
    '\u2800'.repeat(12),
    '\u3164'.repeat(12),
  ])('is refused when it only looks like one: %j', (text) => {
    expect(passwordFault(text)).toMatch(/is empty/);
    expect(keyPassword(text)).toBeNull();
  });

  it('is counted in characters as people do, and refused below twelve and beyond 128', () => {
    expect(passwordFault('🚢'.repeat(11))).toMatch(/has 11 characters. Use at least 12/);
    expect(passwordFault('🚢'.repeat(12))).toBeNull();
    expect(passwordFault('x'.repeat(128))).toBeNull();
    expect(passwordFault('x'.repeat(129))).toMatch(/Use at most 128/);
  });

  it('is refused with characters that no program can be given', () => {
    expect(passwordFault('correct\u0000horse')).toMatch(/control character/);
    expect(passwordFault('correct\nhorse battery')).toMatch(/control character/);
    expect(passwordFault('correct horse \ud83d')).toMatch(/control character/);
  });

  it('is told apart when Java cannot read it', () => {
    expect(isReadableByJava('correct horse')).toBe(true);
    expect(isReadableByJava('Größe')).toBe(false);
  });

  it.each([
    ['aaaaaaaaaaaaaaaaaaaa', 'guessable'],
    ['abcdefghijklmnopqrst', 'guessable'],
    ['123456789012', 'guessable'],
    ['Password2026!!!!', 'guessable'],
    ['abababababababababab', 'guessable'],
    ['meridian2026', 'guessable'],
    ['blue otter walks', 'fair'],
    ['blue otter walks home at noon', 'strong'],
    ['vT9#kQ2!xW7@mB4$', 'strong'],
  ])('%s is %s', (text, strength) => {
    expect(passwordStrength(text)).toBe(strength);
  });

  it('as it is offered: 100 bits, every octet counts, taken and strong', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (octets) => {
        const text = passwordOf(octets);
        expect(text).toMatch(/^([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$/);
        expect(keyPassword(text)).toBe(text);
      }),
    );
    const zeros = new Uint8Array(PASSWORD_OCTETS);
    const all = zeros.map((_, place) => place);
    const made = all.map((place) => place);
    const texts = new Set([...made].map((place) => passwordOf(zeros.with(place, 1))));
    expect(texts.size).toBe(PASSWORD_OCTETS);
  });
});

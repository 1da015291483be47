import { Secret } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { newTotpSecret, stepOfCode, totpUri } from './totp';

const secret = Secret.fromUTF8('12345678901234567890').base32;
const at = (seconds: number) => new Date(seconds * 1000);

describe('RFC 6238', () => {
  // Appendix B, SHA1, the last six of its eight digits.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ])('appendix B: at %d the code is %s', (seconds, code) => {
    expect(stepOfCode(code, secret, at(seconds))).toBe(BigInt(Math.floor(seconds / 30)));
  });

  it('5.2: one step beside is taken as what it is, two are not', () => {
    expect(stepOfCode('287082', secret, at(59 + 30))).toBe(1n);
    expect(stepOfCode('287082', secret, at(59 - 30))).toBe(1n);
    expect(stepOfCode('287082', secret, at(59 + 60))).toBeNull();
    expect(stepOfCode('94287082', secret, at(59))).toBeNull();
    expect(stepOfCode('', secret, at(59))).toBeNull();
  });

  it('5.1: a secret has 160 bits, and no two are the same', () => {
    expect(Secret.fromBase32(newTotpSecret()).bytes).toHaveLength(20);
    expect(newTotpSecret()).not.toBe(newTotpSecret());
  });

  it('the picture names the provider and the person, whatever they are called', () => {
    const uri = new URL(totpUri({ secret, email: 'ines+a@m.example', issuer: 'Bank: & Sons' }));
    expect(uri.protocol).toBe('otpauth:');
    expect(uri.searchParams.get('secret')).toBe(secret);
    expect(uri.searchParams.get('issuer')).toBe('Bank: & Sons');
  });
});

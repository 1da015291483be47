import { describe, expect, it } from 'vitest';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';
import { decision } from './testing';
import { actOf, connectionOf, consequenceOf, headlineOf, listeningWords } from './words';

const refused = (code: RefusalCode) => decision({ refusal: { code, ...REFUSALS[code] } });

describe('what is said of a decision', () => {
  it.each([
    [decision(), 'first', 'Your first call arrived and passed.'],
    [decision(), 'new', 'Your call passed.'],
    [decision({ listener: 'standard' }), 'new', 'Your call passed without a certificate.'],
    [decision({ calls: 1_204 }), 'new', '1,204 calls passed.'],
    [refused('certificate_expired'), 'first', 'Your first call was refused.'],
    [refused('certificate_expired'), 'earlier', 'Your last call was refused.'],
  ] as const)('%#: %s', (given, arrival, words) => {
    expect(headlineOf(given, arrival)).toBe(words);
  });

  it('what follows under enforcement is said of what passed, and only of that', () => {
    expect(consequenceOf(decision())).toBe('It also passes when mTLS is enforced in sandbox.');
    expect(consequenceOf(decision({ listener: 'standard', calls: 2 }))).toContain(
      'They are refused once mTLS is enforced in sandbox.',
    );
    expect(consequenceOf(refused('wrong_account'))).toBeNull();
  });

  it('the connection is named as far as it is known', () => {
    expect(connectionOf(decision())).toBe('TLS 1.3, HTTP/2, mTLS host');
    expect(connectionOf(decision({ httpVersion: null, tlsVersion: null }))).toBe('mTLS host');
  });

  it('every refusal leads somewhere', () => {
    for (const code of Object.keys(REFUSALS)) {
      const act = actOf(refused(code as RefusalCode));
      expect(act?.words, code).toBeTruthy();
      expect(act?.href, code).toMatch(/^\//);
    }
  });

  it('a certificate in the wrong environment leads to the hosts of the other one', () => {
    expect(actOf(refused('wrong_environment'))?.href).toBe('/connect?environment=production');
  });
});

it('edges are named while they are few', () => {
  expect(listeningWords({ edges: [] })).toBe('No edge is connected');
  expect(listeningWords({ edges: ['fra-1', 'fra-2'] })).toBe('Listening to fra-1 and fra-2');
  expect(listeningWords({ edges: ['a', 'b', 'c', 'd'] })).toBe('Listening to 4 edges');
});

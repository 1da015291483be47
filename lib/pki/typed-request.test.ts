import { describe, expect, it } from 'vitest';
import { checkCsr } from './csr-check';
import { newKeyPair, newRequest } from './new-request';
import { LEGAL_NAME } from './testing';
import { ENGINE } from './testing/key-files';
import { judgeTyped } from './typed-request';

const { subtle } = ENGINE;
const typed = { commonName: '', organization: LEGAL_NAME, dnsNames: [] };

describe('what is typed for a request', () => {
  it('is no fault as long as nothing is typed', () => {
    expect(judgeTyped(typed, LEGAL_NAME)).toEqual([]);
  });

  it.each([
    { ...typed, commonName: '*.example.com', dnsNames: ['a_b.example', '10.0.0.1'] },
    { ...typed, commonName: 'erp.example.com', country: 'XX', state: 'CA', locality: 'Oak&land' },
    { ...typed, commonName: 'erp', country: 'us', state: ' California', locality: 'x'.repeat(200) },
    { ...typed, commonName: 'a.example', dnsNames: Array.from({ length: 101 }, () => 'b.example') },
  ])('gets the very findings that its request gets: %j', async (subject) => {
    const pair = await newKeyPair('EC P-256', subtle);
    const pem = await newRequest(subject, { kind: 'EC P-256', pair, subtle });
    const { findings } = await checkCsr(pem, { legalName: LEGAL_NAME });
    const unlikeTyped = new Set(['place-missing', 'too-many-names']);
    const of = (all: typeof findings) =>
      all.filter((one) => !unlikeTyped.has(one.rule)).map(({ command: _, ...one }) => one);
    expect(of(judgeTyped(subject, LEGAL_NAME))).toEqual(of(findings));
  });
});

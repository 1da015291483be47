import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCsr } from './csr-check';
import { BROWSER_KEYS, ecdsaSignature, newKeyPair, newRequest } from './new-request';
import { inFolder, LEGAL_NAME } from './testing';
import { derOfPem, ENGINE } from './testing/key-files';

const { subtle } = ENGINE;
const SUBJECT = {
  commonName: 'erp.meridian.example',
  organization: LEGAL_NAME,
  country: 'US',
  state: 'California',
  locality: 'Oakland',
  dnsNames: ['erp.meridian.example', 'b.meridian.example'],
};

describe('RFC 2986: a request made by WebCrypto', () => {
  it.each(BROWSER_KEYS)(
    'with a key of %s passes our rules and openssl req -verify',
    async (kind) => {
      const pair = await newKeyPair(kind, subtle);
      const pem = await newRequest(SUBJECT, { kind, pair, subtle });
      const { facts, findings, csr } = await checkCsr(pem, { legalName: LEGAL_NAME });
      expect(findings).toEqual([]);
      expect(facts?.key.label).toBe(kind);
      const { organization: _own, ...crossing } = SUBJECT;
      expect(csr).toMatchObject(crossing);
      inFolder((folder, openssl) => {
        writeFileSync(join(folder, 'a.csr'), pem);
        const shown = openssl('req', '-in', 'a.csr', '-verify', '-noout', '-subject');
        expect(shown).toContain(
          'C = US, ST = California, L = Oakland, O = Meridian Freight, CN = erp.meridian.example',
        );
      });
    },
  );

  it('names nothing that was left out, and asks for no names when there are none', async () => {
    const pair = await newKeyPair('EC P-256', subtle);
    const given = { kind: 'EC P-256', pair, subtle } as const;
    const pem = await newRequest({ commonName: 'a.example.com', dnsNames: [] }, given);
    const { facts, findings } = await checkCsr(pem, { legalName: LEGAL_NAME });
    expect(findings.filter((one) => one.severity === 'error')).toEqual([]);
    expect(facts?.subject).toEqual([{ type: 'CN', value: 'a.example.com' }]);
    expect(facts?.dnsNames).toEqual([]);
  });

  it('carries values beyond ASCII, and hides nothing that our rules refuse', async () => {
    const pair = await newKeyPair('EC P-256', subtle);
    const given = { kind: 'EC P-256', pair, subtle } as const;
    const subject = {
      commonName: '*.example.com',
      locality: 'Köln, 東京',
      dnsNames: ['a_b.example'],
    };
    const pem = await newRequest(subject, given);
    const { facts, findings } = await checkCsr(pem, { legalName: LEGAL_NAME });
    expect(facts?.subject).toContainEqual({ type: 'L', value: 'Köln, 東京' });
    expect(new Set(findings.map((one) => one.rule))).toContain('wildcard-name');
  });
});

describe('RFC 3279, 2.2.3: an ECDSA signature', () => {
  it('of any r and s, short and with the top bit set, verifies as DER', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const message = Buffer.from('message');
    for (let count = 0; count < 600; count += 1) {
      const raw = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      const der = ecdsaSignature(new Uint8Array(raw));
      expect(verify('sha256', message, publicKey, der)).toBe(true);
    }
  });

  it('leaves the key of the request in the browser: the request has its public half alone', async () => {
    const pair = await newKeyPair('EC P-256', subtle);
    const pem = await newRequest(SUBJECT, { kind: 'EC P-256', pair, subtle });
    const { d = '' } = await subtle.exportKey('jwk', pair.privateKey);
    const octets = Buffer.from(derOfPem(pem)).toString('hex');
    expect(d).toHaveLength(43);
    expect(octets).not.toContain(Buffer.from(d, 'base64url').toString('hex'));
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pemOf } from '@/lib/pki/pem';
import { createAuthority, sealedKeys } from './ceremony';
import type { StoredIssuer } from './key-folder';
import { openSecret } from './sealed-key';
import { NOW, PKI_URL, type TestAuthority, testAuthority } from './testing';

const folder = mkdtempSync(join(tmpdir(), 'countersign-ceremony-'));
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
const AT = String(NOW.getTime() / 1000).split('.')[0] ?? '';
let authority: TestAuthority;

beforeAll(async () => {
  authority = await testAuthority();
  writeFileSync(join(folder, 'root.pem'), pemOf(authority.root.certificateDer, 'CERTIFICATE'));
  for (const { environment, certificateDer } of authority.issuing) {
    writeFileSync(join(folder, `${environment}.pem`), pemOf(certificateDer, 'CERTIFICATE'));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the ceremony of the first start', () => {
  it('RFC 5280, 6.1: openssl verifies the root and each issuing CA, strictly', () => {
    for (const file of ['root', 'production', 'sandbox']) {
      const args = ['-x509_strict', '-check_ss_sig', '-attime', AT, '-CAfile', 'root.pem'];
      const verdict = openssl('verify', ...args, `${file}.pem`);
      expect(verdict).toBe(`${file}.pem: OK\n`);
    }
  });

  it('the root as openssl prints it: P-384, 20 years, any path length, and no other extension', () => {
    const text = openssl('x509', '-in', 'root.pem', '-noout', '-text');
    expect(text).toContain('Subject: O = Harbor Bank, CN = Harbor Bank Root CA');
    expect(text).toContain('Issuer: O = Harbor Bank, CN = Harbor Bank Root CA');
    expect(text).toContain('ASN1 OID: secp384r1');
    expect(text).toContain('Signature Algorithm: ecdsa-with-SHA384');
    expect(text).toMatch(/Basic Constraints: critical\n\s+CA:TRUE\n/);
    expect(text).toMatch(/Key Usage: critical\n\s+Certificate Sign, CRL Sign\n/);
    expect(text).toContain('Not Before: Nov 21 05:40:30 2026 GMT');
    expect(text).toContain('Not After : Nov 21 05:45:30 2046 GMT');
    expect(extensionsIn(text)).toEqual([
      'X509v3 Basic Constraints: critical',
      'X509v3 Key Usage: critical',
      'X509v3 Subject Key Identifier:',
      'X509v3 Authority Key Identifier:',
    ]);
  });

  it.each(['production', 'sandbox'] as const)(
    'the issuing CA of %s: P-256, path length 0, clientAuth only',
    (environment) => {
      const text = openssl('x509', '-in', `${environment}.pem`, '-noout', '-text');
      const word = environment === 'production' ? 'Production' : 'Sandbox';
      expect(text).toContain(`Subject: O = Harbor Bank, CN = Harbor Bank ${word} Client CA 1`);
      expect(text).toContain('Issuer: O = Harbor Bank, CN = Harbor Bank Root CA');
      expect(text).toContain('ASN1 OID: prime256v1');
      expect(text).toContain('Signature Algorithm: ecdsa-with-SHA384');
      expect(text).toMatch(/Basic Constraints: critical\n\s+CA:TRUE, pathlen:0\n/);
      expect(text).toMatch(/Key Usage: critical\n\s+Certificate Sign, CRL Sign\n/);
      expect(text).toMatch(/Extended Key Usage: \n\s+TLS Web Client Authentication\n/);
      expect(text).toContain('Not After : Nov 20 05:45:30 2036 GMT');
      expect(extensionsIn(text)).toHaveLength(6);
      expect(text).toContain(`URI:${PKI_URL}/pki/${authority.root.issuerId}/ca.crl`);
      expect(text).toContain(`CA Issuers - URI:${PKI_URL}/pki/${authority.root.issuerId}/ca.crt`);
    },
  );

  it('RFC 5280, 4.2.1.9 and 4.2.1.12: even a stolen issuing key makes no CA and no server, says openssl', () => {
    const [production] = authority.issuing;
    const pkcs8 = pkcs8Of(production);
    writeFileSync(join(folder, 'stolen.key'), pemOf(pkcs8, 'PRIVATE KEY'));
    const sign = (name: string, by: readonly [certificate: string, key: string], asks: string) => {
      writeFileSync(join(folder, `${name}.cnf`), asks);
      const subject = ['-subj', `/CN=${name}.example.com`, '-keyout', `${name}.key`];
      openssl(...words('req -new -newkey rsa:2048 -nodes'), ...subject, '-out', `${name}.csr`);
      const issuer = ['-CA', by[0], '-CAkey', by[1], '-extfile', `${name}.cnf`, '-days', '20'];
      openssl('x509', '-req', '-in', `${name}.csr`, ...issuer, '-out', `${name}.pem`);
    };
    const verdict = (name: string, ...args: string[]) => {
      const untrusted = ['-untrusted', 'production.pem', '-untrusted', 'sub.pem'];
      const judged = ['verify', ...args, '-CAfile', 'root.pem', ...untrusted, `${name}.pem`];
      return spawnSync('openssl', judged, { cwd: folder, encoding: 'utf8' });
    };
    const ca = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign';
    sign('sub', ['production.pem', 'stolen.key'], ca);
    sign('below', ['sub.pem', 'sub.key'], 'extendedKeyUsage=clientAuth');
    expect(verdict('below').stderr).toContain('path length constraint exceeded');
    sign('server', ['production.pem', 'stolen.key'], 'extendedKeyUsage=serverAuth');
    expect(verdict('server').status).toBe(0);
    expect(verdict('server', '-purpose', 'sslserver').stderr).toContain('certificate purpose');
  });

  it('what the ceremony says of names is what the certificates say', () => {
    for (const made of [authority.root, ...authority.issuing]) {
      const certificate = new X509Certificate(made.certificateDer);
      expect(certificate.subject.split('\n')).toContain(`CN=${made.name}`);
      expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
    }
  });

  it('each sealed key belongs to its certificate, and to none of the others', () => {
    const all = [authority.root, ...authority.issuing];
    const keys = all.map(pkcs8Of);
    for (const [index, { certificateDer }] of all.entries()) {
      const { publicKey } = new X509Certificate(certificateDer);
      const pem = publicKey.export({ format: 'pem', type: 'spki' });
      const owners = keys.map((pkcs8) => {
        const input = pemOf(pkcs8, 'PRIVATE KEY');
        return execFileSync('openssl', ['pkey', '-pubout'], { input, encoding: 'utf8' }) === pem;
      });
      expect(owners.indexOf(true)).toBe(index);
      expect(owners.filter(Boolean)).toHaveLength(1);
    }
  });

  it.each([['Harbor "B" & <Söhne>, Inc. #1 \\ +=;'], ['銀行'], ['#1 Bank']])(
    'the name %s stands in the certificates letter by letter',
    async (providerName) => {
      const [root] = await madeFor(providerName);
      const input = pemOf(root?.certificateDer ?? new Uint8Array(), 'CERTIFICATE');
      const args = ['x509', '-noout', '-subject', '-nameopt', 'multiline,-esc_msb,utf8,-esc_ctrl'];
      const text = execFileSync('openssl', args, { input, encoding: 'utf8' });
      expect(text).toContain(`organizationName          = ${providerName}\n`);
      expect(text).toContain(`commonName                = ${providerName} Root CA\n`);
    },
  );

  it.each([[''], ['  '], ['B'.repeat(43)]])(
    'RFC 5280, A.1: a provider called "%s" is told that its name does not fit',
    async (providerName) => {
      await expect(madeFor(providerName)).rejects.toThrow('does not fit');
    },
  );
});

async function madeFor(providerName: string): Promise<StoredIssuer[]> {
  const made: StoredIssuer[] = [];
  const keys = sealedKeys(authority.sealingKey);
  await createAuthority({
    providerName,
    environments: ['production'],
    now: NOW,
    rootKeys: keys,
    issuingKeys: keys,
    pkiUrl: null,
    stored: [],
    root: null,
    store: (issuer) => made.push(issuer),
  });
  return made;
}

function pkcs8Of(issuer: StoredIssuer | undefined): Buffer {
  if (issuer?.custody.kind !== 'sealed') throw new Error('a sealed key was expected');
  return Buffer.from(openSecret(issuer.custody.sealedKey, authority.sealingKey));
}

function words(text: string): string[] {
  return text.split(' ');
}

function extensionsIn(text: string): string[] {
  return [...text.matchAll(/^ {12}(X509v3 [^\n]*?) *$/gm)].map(([, name = '']) => name);
}

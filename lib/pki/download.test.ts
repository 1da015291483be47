import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { issued, type TestAuthority, testAuthority, verifiedCsr } from '@/lib/signer/testing';
import { readDer } from './der';
import { certsOnlyPkcs7 } from './download';
import { derOf, pemOf } from './pem';
import { composed } from './testing';

let authority: TestAuthority;
let leaf: Uint8Array;

beforeAll(async () => {
  authority = await testAuthority();
  leaf = await issued(authority, await verifiedCsr(composed()));
});

const openssl = (input: string | Uint8Array, ...args: string[]) =>
  execFileSync('openssl', args, { input, encoding: 'utf8' });

describe('RFC 5652, 5: certificates as PKCS #7', () => {
  it('openssl prints exactly leaf, issuing CA and root, whatever their order', () => {
    const all = [leaf, authority.productionDer, authority.root.certificateDer];
    const wanted = all.map((der) => new X509Certificate(der).fingerprint256).sort();
    for (const certificates of [all, [...all].reverse()]) {
      const printed = openssl(
        certsOnlyPkcs7(certificates),
        'pkcs7',
        '-inform',
        'DER',
        '-print_certs',
      );
      const pems =
        printed.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
      expect(pems.map((pem) => new X509Certificate(pem).fingerprint256).sort()).toEqual(wanted);
    }
  });

  it('as PEM under the label that openssl and Windows read (RFC 7468, 8)', () => {
    const pem = pemOf(certsOnlyPkcs7([leaf, authority.productionDer]), 'PKCS7');
    const printed = openssl(pem, 'pkcs7', '-print_certs', '-noout');
    expect(printed).toContain('CN = erp.meridian.example');
    expect(printed).toContain('CN = Harbor Bank Production Client CA 1');
  });

  it('openssl cms reads it: no content, no signers', () => {
    const printed = openssl(
      certsOnlyPkcs7([leaf]),
      'cms',
      '-cmsout',
      '-print',
      '-noout',
      '-inform',
      'DER',
    );
    expect(printed).toContain('contentType: pkcs7-signedData');
    expect(printed).toMatch(/eContent: <ABSENT>/);
    expect(printed).toMatch(/signerInfos:\s+<EMPTY>/);
  });

  it('keeps the order given, leaf first, as openssl writes such files', () => {
    const given = [leaf, authority.productionDer, authority.root.certificateDer];
    const bundle = certsOnlyPkcs7(given);
    const set = readDer(bundle).children[1]?.children[0]?.children[3]?.children ?? [];
    expect(set.map((node) => Buffer.from(node.der).toString('hex'))).toEqual(
      given.map((der) => Buffer.from(der).toString('hex')),
    );
  });
});

describe('RFC 7468: PEM', () => {
  it('is what openssl writes, letter by letter, and is read back', () => {
    const pem = pemOf(leaf, 'CERTIFICATE');
    expect(openssl(leaf, 'x509', '-inform', 'DER')).toBe(pem);
    expect(derOf(pem)).toEqual(leaf);
  });
});

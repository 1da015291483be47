import { execFileSync } from 'node:child_process';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  issued,
  NOW,
  type TestAuthority,
  testAuthority,
  testDraft,
  verifiedCsr,
} from '@/lib/signer/testing';
import { checkCsr } from './csr-check';
import { readDer } from './der';
import { pemOf } from './pem';
import { LEAF_PROFILE } from './profile';
import {
  composed,
  dnsNames,
  EC_P256,
  extensionRequest,
  LEGAL_NAME,
  opensslRequest,
  withPart,
} from './testing';
import { brokenBy } from './testing/drafts';

let authority: TestAuthority;
const HOSTILE = `
basicConstraints=critical,CA:TRUE,pathlen:9
keyUsage=critical,keyCertSign,cRLSign
extendedKeyUsage=anyExtendedKeyUsage,serverAuth,codeSigning
nameConstraints=critical,permitted;DNS:.example.com
tlsfeature=status_request
certificatePolicies=1.2.3.4
crlDistributionPoints=URI:http://evil.example/crl
authorityInfoAccess=OCSP;URI:http://evil.example/ocsp
noCheck=ignored
1.3.6.1.4.1.11129.2.4.3=critical,ASN1:NULL
subjectKeyIdentifier=hash
subjectAltName=DNS:b.meridian.example,DNS:ERP.meridian.example,DNS:b.meridian.example`;

beforeAll(async () => {
  authority = await testAuthority();
});

const textOf = (der: Uint8Array) =>
  execFileSync('openssl', ['x509', '-noout', '-text', '-nameopt', 'RFC2253,utf8,-esc_msb'], {
    input: pemOf(der, 'CERTIFICATE'),
    encoding: 'utf8',
  });
/** Names and values of the extensions as openssl prints them, without what stands for keys. */
function extensionsOf(text: string): string[] {
  const [, after = ''] = text.split('X509v3 extensions:\n');
  const [block = ''] = after.split('\n    Signature Algorithm:');
  return block
    .split('\n')
    .map((line) => line.trim().replace(/^([0-9A-F]{2}:){19}[0-9A-F]{2}$/, '<hash>'))
    .filter((line) => line !== '');
}

describe('T8: what a client certificate holds', () => {
  const exactly = (names: string) => [
    'X509v3 Basic Constraints: critical',
    'CA:FALSE',
    'X509v3 Key Usage: critical',
    'Digital Signature',
    'X509v3 Extended Key Usage:',
    'TLS Web Client Authentication',
    'X509v3 Subject Alternative Name:',
    names,
    'X509v3 Subject Key Identifier:',
    '<hash>',
    'X509v3 Authority Key Identifier:',
    '<hash>',
    'X509v3 CRL Distribution Points:',
    'Full Name:',
    `URI:${authority.addresses.crlUrl}`,
    'Authority Information Access:',
    `OCSP - URI:${authority.addresses.ocspUrl}`,
    `CA Issuers - URI:${authority.addresses.caUrl}`,
  ];

  it.each([
    ['RSA 2048', ['rsa:2048']],
    ['EC P-256', EC_P256],
    ['Ed25519', ['ed25519']],
  ])(
    'of a hostile request for %s, openssl finds the profile and nothing else',
    async (_kind, key) => {
      const subject = `/OU=Root CA/serialNumber=1/C=US/ST=California/L=Oakland/O=Evil Corp/CN=erp.meridian.example/title=CA`;
      const request = opensslRequest({ key, subject, extensions: HOSTILE });
      const { findings } = await checkCsr(request, { legalName: LEGAL_NAME });
      expect(findings.filter((one) => one.rule === 'extension-dropped')).toHaveLength(11);
      const text = textOf(
        await issued(authority, await verifiedCsr(request), { seed: `hostile ${_kind}` }),
      );
      const names =
        'DNS:erp.meridian.example, DNS:b.meridian.example, URI:urn:countersign:account:acct_01jd3b8v9q:production';
      expect(extensionsOf(text)).toEqual(exactly(names));
      expect(text).toContain(
        `Subject: CN=erp.meridian.example,O=${LEGAL_NAME},L=Oakland,ST=California,C=US\n`,
      );
      expect(text).toContain('Version: 3 (0x2)');
      expect(text).toContain('Not Before: Nov 21 05:40:30 2026 GMT');
      expect(text).toContain('Not After : Nov 21 05:45:30 2027 GMT');
    },
  );

  it.each([
    ['IP:192.0.2.1'],
    ['email:root@example.com'],
    ['URI:urn:countersign:account:acct_other:production'],
    ['RID:1.2.3.4'],
    ['otherName:1.3.6.1.4.1.311.20.2.3;UTF8:admin@example.com'],
    ['dirName:dir'],
  ])('the foreign name %s is refused, not dropped', async (name) => {
    const extensions = `subjectAltName=DNS:a.example.com,${name}\n[dir]\nCN=root`;
    const { findings, csr } = await checkCsr(opensslRequest({ extensions }), {
      legalName: LEGAL_NAME,
    });
    expect(findings.map((one) => one.rule)).toContain('name-kind');
    expect(csr).toBeNull();
  });

  it('10,000 alternative names are one finding', async () => {
    const names = Array.from({ length: 10_000 }, () => 'a.b');
    const request = composed({ attributes: [extensionRequest(dnsNames(...names))] });
    const { findings, csr } = await checkCsr(request, { legalName: LEGAL_NAME });
    expect(findings).toMatchObject([{ rule: 'too-many-names', value: '10000' }]);
    expect(csr).toBeNull();
  });

  it('a hundred names and the common name come out in their order, each once', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `n${at}.meridian.example`);
    const csr = await verifiedCsr(composed({ attributes: [extensionRequest(dnsNames(...names))] }));
    const { subjectAltName } = new X509Certificate(await issued(authority, csr, { seed: 'many' }));
    const found = subjectAltName?.split(', ').filter((one) => one.startsWith('DNS:'));
    expect(found).toEqual(['erp.meridian.example', ...names].map((name) => `DNS:${name}`));
  });

  it('spaces around a place are left out, and said so', async () => {
    const parts = withPart('L', ' San José\u3000');
    const request = composed({ subject: parts });
    const { findings } = await checkCsr(request, { legalName: LEGAL_NAME });
    expect(findings).toMatchObject([
      { rule: 'outer-space', field: 'L', mark: { start: 0, end: 1 } },
    ]);
    const text = textOf(await issued(authority, await verifiedCsr(request), { seed: 'space' }));
    expect(text).toContain(',L=San José,ST=');
  });

  it('the key is that of the request, byte for byte', async () => {
    const request = opensslRequest({ key: ['rsa:2048'] });
    const der = await issued(authority, await verifiedCsr(request), { seed: 'key' });
    const pem = execFileSync('openssl', ['req', '-pubkey', '-noout'], { input: request });
    const spki = createPublicKey(pem).export({ format: 'der', type: 'spki' });
    expect(Buffer.from(readDer(der).children[0]?.children[6]?.der ?? [])).toEqual(spki);
  });
});

describe('the draft', () => {
  it('is the same bytes for the same input: what the intent wrote down is what is signed', async () => {
    const csr = await verifiedCsr(composed());
    const one = await testDraft(csr, authority);
    const two = await testDraft(csr, authority);
    expect(two.tbsDer).toEqual(one.tbsDer);
    const other = await testDraft(csr, authority, { seed: 'another serial' });
    expect(other.tbsDer).not.toEqual(one.tbsDer);
  });

  it('RFC 5280, 4.1.2.5: fractions of a second are cut off, never rounded up', async () => {
    const csr = await verifiedCsr(composed());
    const now = new Date(NOW.getTime() + 749);
    const { notAfter } = await testDraft(csr, authority, { now });
    expect(notAfter.toISOString()).toBe('2027-11-21T05:45:30.000Z');
  });

  it('RFC 5280, 6.1: one that would outlive its issuer is not cut short, it is not signed', async () => {
    const csr = await verifiedCsr(composed());
    const end = new Date(new X509Certificate(authority.productionDer).validTo).getTime();
    const last = new Date(end - LEAF_PROFILE.validityMs);
    const rules = async (now: Date) => brokenBy(await testDraft(csr, authority, { now }));
    expect(await rules(last)).toEqual([]);
    expect(await rules(new Date(last.getTime() + 1_000))).toEqual(['within-issuer']);
  });
});

import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '@/lib/kernel/environments';
import type { StoredIssuer } from '@/lib/signer/key-folder';
import type { Signer } from '@/lib/signer/port';
import { PKI_URL, type TestAuthority, testAuthority } from '@/lib/signer/testing';
import { pkiAddresses } from './addresses';
import { certificateFacts } from './certificate-facts';
import { crossCheck } from './cross-check';
import { checkCsr } from './csr-check';
import { TAG } from './der';
import { oid, sequence, tlv } from './der-write';
import { certsOnlyPkcs7 } from './download';
import { draftClientCertificate } from './draft';
import { lint } from './lint';
import { OID } from './oids';
import { pemOf } from './pem';
import { serialFrom } from './serial';
import {
  composed,
  dnsNames,
  EC_P256,
  extension,
  extensionRequest,
  inFolder,
  LEGAL_NAME,
  opensslRequest,
  type SubjectPart,
} from './testing';

const NOW = new Date('2026-11-22T14:05:09.750Z');
let authority: TestAuthority;
let root: StoredIssuer;
let issuing: StoredIssuer[];
let signer: Signer;

beforeAll(async () => {
  authority = await testAuthority();
  authority.clock.now = NOW;
  ({ root, issuing, signer } = authority);
}, 20_000);

function issuerOf(environment: Environment): StoredIssuer {
  const found = issuing.find((one) => one.environment === environment);
  if (!found) throw new Error(`no issuer for ${environment}`);
  return found;
}

async function issued(
  csr: string | Uint8Array,
  options: { legalName?: string; now?: Date; environment?: Environment } = {},
) {
  const { legalName = LEGAL_NAME, now = NOW, environment = 'production' } = options;
  const check = await checkCsr(csr, { legalName });
  if (!check.csr) throw new Error(JSON.stringify(check.findings));
  const serial = serialFrom(randomBytes(16));
  const { issuerId, certificateDer: issuerDer } = issuerOf(environment);
  const addresses = pkiAddresses(PKI_URL, issuerId);
  const input = {
    csr: check.csr,
    legalName,
    accountId: 'acc_1',
    environment,
    issuerDer,
    addresses,
    serial,
    now,
  };
  const draft = await draftClientCertificate(input);
  const result = lint(draft);
  if ('findings' in result) throw new Error(JSON.stringify(result.findings));
  const tbs = result.linted;
  const der = await signer.sign({
    intentId: randomBytes(8).toString('hex'),
    issuerId,
    tbs,
  });
  const expected = {
    certificateDer: der,
    issuerDer,
    tbsSha256: createHash('sha256').update(draft.tbsDer).digest('hex'),
    serialHex: Buffer.from(serial).toString('hex').toUpperCase(),
    spkiSha256Hex: check.csr.spkiSha256Hex,
  };
  return { der, draft, expected };
}

function judgedByOpenssl(der: Uint8Array, issuer: StoredIssuer) {
  return inFolder((folder, openssl) => {
    writeFileSync(join(folder, 'leaf.pem'), pemOf(der, 'CERTIFICATE'));
    writeFileSync(join(folder, 'issuing.pem'), pemOf(issuer.certificateDer, 'CERTIFICATE'));
    writeFileSync(join(folder, 'root.pem'), pemOf(root.certificateDer, 'CERTIFICATE'));
    const at = ['-attime', String(Math.floor(NOW.getTime() / 1000))];
    const chain = ['-CAfile', 'root.pem', '-untrusted', 'issuing.pem', 'leaf.pem'];
    const verified = openssl('verify', '-x509_strict', ...at, '-purpose', 'sslclient', ...chain);
    const text = openssl('x509', '-in', 'leaf.pem', '-noout', '-text', '-nameopt', 'RFC2253');
    let server = 'accepted as a server';
    try {
      openssl('verify', ...at, '-purpose', 'sslserver', ...chain);
    } catch {
      server = 'refused as a server';
    }
    return { verified, text, server };
  });
}

describe('a client certificate, judged by openssl', () => {
  it.each([
    ['RSA 2048', ['rsa:2048']],
    ['RSA 3072', ['rsa:3072']],
    ['EC P-256', EC_P256],
    ['EC P-384', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['Ed25519', ['ed25519']],
  ])('%s: verifies strictly for TLS clients, and not for servers', async (_label, key) => {
    const { der, expected } = await issued(opensslRequest({ key }));
    const { verified, server } = judgedByOpenssl(der, issuerOf('production'));
    expect(verified).toBe('leaf.pem: OK\n');
    expect(server).toBe('refused as a server');
    expect(() => crossCheck(expected)).not.toThrow();
  });

  it('T8: of a good request with hostile wishes only fields of the profile come out', async () => {
    const hostile = composed({
      subject: [
        ['OU', 'Admins'],
        ['C', 'US'],
        ['O', 'Somebody Else'],
        ['CN', 'erp.meridian.example'],
      ],
      attributes: [
        extensionRequest(
          extension(OID.basicConstraints, sequence(tlv(TAG.boolean, Uint8Array.of(0xff)))),
          extension(OID.keyUsage, tlv(TAG.bitString, Uint8Array.of(1, 6))),
          extension(OID.extendedKeyUsage, sequence(oid('2.5.29.37.0'), oid('1.3.6.1.5.5.7.3.1'))),
          extension('1.3.6.1.4.1.11129.2.4.3', tlv(TAG.null)),
          extension('1.3.6.1.5.5.7.1.24', sequence(tlv(TAG.integer, Uint8Array.of(5)))),
          extension(OID.authorityKeyIdentifier, sequence(tlv(0x80, Uint8Array.of(1)))),
          dnsNames('erp.meridian.example', 'b.meridian.example', 'B.meridian.example'),
        ),
      ],
    });
    const { der } = await issued(hostile);
    const { text } = judgedByOpenssl(der, issuerOf('production'));
    const extensions = text.slice(
      text.indexOf('X509v3 extensions:'),
      text.indexOf('Signature Algorithm: ', 900),
    );
    const lines = extensions
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => !/^([0-9A-F]{2}:){5}/.test(line));
    expect(lines.filter((line) => line !== '')).toEqual([
      'X509v3 extensions:',
      'X509v3 Basic Constraints: critical',
      'CA:FALSE',
      'X509v3 Key Usage: critical',
      'Digital Signature',
      'X509v3 Extended Key Usage:',
      'TLS Web Client Authentication',
      'X509v3 Subject Alternative Name:',
      'DNS:erp.meridian.example, DNS:b.meridian.example, URI:urn:countersign:account:acc_1:production',
      'X509v3 Subject Key Identifier:',
      'X509v3 Authority Key Identifier:',
      'X509v3 CRL Distribution Points:',
      'Full Name:',
      `URI:${PKI_URL}/pki/${issuerOf('production').issuerId}/ca.crl`,
      'Authority Information Access:',
      `OCSP - URI:${PKI_URL}/pki/${issuerOf('production').issuerId}/ocsp`,
      `CA Issuers - URI:${PKI_URL}/pki/${issuerOf('production').issuerId}/ca.crt`,
    ]);
    expect(text).toContain(`Subject: CN=erp.meridian.example,O=${LEGAL_NAME},C=US\n`);
    expect(text).not.toMatch(/Admins|Somebody/);
  });

  it.each(['Smith, "Sons" & Co <#1>', ' leading', '#hash', 'back\\slash', 'a=b+c;d', '東京 🚢'])(
    'the legal name %j arrives byte for byte (names are built from values, never from text)',
    async (legalName) => {
      const subject: SubjectPart[] = [['CN', 'a.example.com']];
      const { der } = await issued(composed({ subject }), { legalName });
      const certificate = new X509Certificate(der);
      expect(Buffer.from(certificate.raw).includes(Buffer.from(legalName, 'utf8'))).toBe(true);
      const facts = await certificateFacts(der);
      expect(facts.subjectParts).toEqual([
        { type: 'O', value: legalName },
        { type: 'CN', value: 'a.example.com' },
      ]);
    },
  );

  it('lasts from five minutes before to 365 days after, to the second', async () => {
    const { der } = await issued(composed());
    const certificate = new X509Certificate(der);
    expect(new Date(certificate.validFrom).toISOString()).toBe('2026-11-22T14:00:09.000Z');
    expect(new Date(certificate.validTo).toISOString()).toBe('2027-11-22T14:05:09.000Z');
  });

  it('SKI is method 1 of RFC 5280, 4.2.1.2, and AKI is the SKI of the issuer', async () => {
    const { der } = await issued(composed());
    const { text } = judgedByOpenssl(der, issuerOf('production'));
    const [ski = '', aki = ''] = [...text.matchAll(/Key Identifier: \n\s+([0-9A-F:]+)/g)].map(
      ([, id]) => id?.replaceAll(':', ''),
    );
    const point = new X509Certificate(der).publicKey
      .export({ format: 'der', type: 'spki' })
      .subarray(-65);
    expect(ski).toBe(createHash('sha1').update(point).digest('hex').toUpperCase());
    expect(aki).toBe(
      (await certificateFacts(issuerOf('production').certificateDer)).subjectKeyIdHex,
    );
  });
});

describe('whatever checkCsr accepts, lint accepts: a fault is a finding for the customer, never a 500', () => {
  const place = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 130 });
  const label = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/);
  const name = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.'));

  it('over random places and names', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        place,
        place,
        name,
        fc.array(name, { maxLength: 5 }),
        async (state, locality, commonName, names) => {
          const subject: SubjectPart[] = [
            ['C', 'DE'],
            ['ST', state],
            ['L', locality],
            ['CN', commonName],
          ];
          const der = composed({
            subject,
            attributes: [extensionRequest(dnsNames('a.example', ...names))],
          });
          const { csr } = await checkCsr(der, { legalName: LEGAL_NAME });
          if (csr === null) return;
          accepted += 1;
          const { issuerId, certificateDer: issuerDer } = issuerOf('sandbox');
          const serial = serialFrom(randomBytes(16));
          const draft = await draftClientCertificate({
            csr,
            legalName: LEGAL_NAME,
            accountId: 'acc_1',
            environment: 'sandbox',
            issuerDer,
            addresses: pkiAddresses(PKI_URL, issuerId),
            serial,
            now: NOW,
          });
          expect(lint(draft)).toHaveProperty('linted');
        },
      ),
      { numRuns: 300, seed: 20_261_121 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('with a hundred alternative names and a common name beside them', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `n${at}.example.com`);
    const { der } = await issued(composed({ attributes: [extensionRequest(dnsNames(...names))] }));
    expect((await certificateFacts(der)).sans).toHaveLength(102);
  });
});

describe('facts for people', () => {
  it('are those that openssl and node:crypto read', async () => {
    const { der, expected } = await issued(composed());
    const certificate = new X509Certificate(der);
    expect(await certificateFacts(der)).toMatchObject({
      subject: `CN=erp.meridian.example, O=${LEGAL_NAME}, L=Oakland, ST=California, C=US`,
      commonName: 'erp.meridian.example',
      sans: ['erp.meridian.example', 'urn:countersign:account:acc_1:production'],
      serialHex: expected.serialHex,
      sha256Fingerprint: certificate.fingerprint256.replaceAll(':', ''),
      spkiSha256Hex: expected.spkiSha256Hex,
      issuer: 'Harbor Bank Production Client CA 1',
      keyLabel: 'EC P-256',
      signatureAlgorithm: 'ECDSA with SHA-256',
      notBefore: new Date(certificate.validFrom),
      notAfter: new Date(certificate.validTo),
      sizeBytes: der.length,
    });
  });
});

describe('the second opinion', () => {
  it.each([
    ['another TBS digest', { tbsSha256: '00'.repeat(32) }],
    ['another serial', { serialHex: '40'.repeat(16) }],
    ['another key', { spkiSha256Hex: '00'.repeat(32) }],
  ])('refuses a certificate with %s than intended', async (_what, wrong) => {
    const { expected } = await issued(composed());
    expect(() => crossCheck({ ...expected, ...wrong })).toThrow();
  });

  it('refuses a changed signature, and the CA of another environment', async () => {
    const { der, expected } = await issued(composed());
    const broken = new Uint8Array(der);
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    expect(() => crossCheck({ ...expected, certificateDer: broken })).toThrow();
    const other = issuerOf('sandbox').certificateDer;
    expect(() => crossCheck({ ...expected, issuerDer: other })).toThrow();
  });
});

describe('PKCS #7', () => {
  it('RFC 5652, 5.1: openssl finds leaf, issuing CA and root in the bundle', async () => {
    const { der } = await issued(composed());
    const bundle = certsOnlyPkcs7([
      der,
      issuerOf('production').certificateDer,
      root.certificateDer,
    ]);
    const printed = inFolder((folder, openssl) => {
      writeFileSync(join(folder, 'a.p7b'), pemOf(bundle, 'PKCS7'));
      openssl('pkcs7', '-in', 'a.p7b', '-print_certs', '-out', 'all.pem');
      return readFileSync(join(folder, 'all.pem'), 'utf8');
    });
    const found = printed.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
    const subjects = found.map((pem) => new X509Certificate(pem).subject.split('\n').at(-1));
    expect(subjects).toEqual([
      'CN=erp.meridian.example',
      'CN=Harbor Bank Production Client CA 1',
      'CN=Harbor Bank Root CA',
    ]);
  });
});

/** Row T8 on the whole way: from the upload to the certificate as openssl prints it, or to a refusal that says why. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '@/lib/kernel/errors';
import type { Finding } from '@/lib/kernel/findings';
import { TAG } from '@/lib/pki/der';
import { octetString, oid, sequence, setOf, text, tlv } from '@/lib/pki/der-write';
import { OID } from '@/lib/pki/oids';
import {
  composed,
  dnsNames,
  extension,
  extensionRequest,
  opensslRequest,
  requestPem,
} from '@/lib/pki/testing';
import { acrossAccounts } from '@/lib/platform/database';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { issueCertificate } from './issue';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

const TRUE = tlv(TAG.boolean, Uint8Array.of(0xff));
const CA = sequence(TRUE);
/** By a key of its own, since a key belongs to one account. */
const request = (parts: Pick<NonNullable<Parameters<typeof composed>[0]>, 'attributes'>) =>
  composed({ ...parts, key: generateKeyPairSync('ec', { namedCurve: 'P-256' }) });
const asked = (...extensions: Uint8Array[]) =>
  request({ attributes: [extensionRequest(...extensions)] });
const critical = (id: string, value: Uint8Array) => sequence(oid(id), TRUE, octetString(value));
const namesOf = (count: number) =>
  Array.from({ length: count }, (_, at) => `${at.toString(36)}.ab`);

/** What openssl prints below "X509v3 extensions", without the two key identifiers' octets. */
function extensionsOf(pem: string): string[] {
  const printed = execFileSync('openssl', ['x509', '-noout', '-text'], { input: pem }).toString();
  const from = printed.indexOf('X509v3 extensions:');
  const to = printed.lastIndexOf('Signature Algorithm:');
  const lines = printed.slice(from, to).split('\n').slice(1);
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^([0-9A-F]{2}:){19}[0-9A-F]{2}$/.test(line));
}

/** The profile, and nothing else. */
const profile = (accountId: string, crlUrl: string, names: string[]) => [
  'X509v3 Basic Constraints: critical',
  'CA:FALSE',
  'X509v3 Key Usage: critical',
  'Digital Signature',
  'X509v3 Extended Key Usage:',
  'TLS Web Client Authentication',
  'X509v3 Subject Alternative Name:',
  [...names.map((name) => `DNS:${name}`), `URI:urn:countersign:account:${accountId}:sandbox`].join(
    ', ',
  ),
  'X509v3 Subject Key Identifier:',
  'X509v3 Authority Key Identifier:',
  'X509v3 CRL Distribution Points:',
  'Full Name:',
  `URI:${crlUrl}`,
  'Authority Information Access:',
  `OCSP - URI:${crlUrl.replace('/ca.crl', '/ocsp')}`,
  `CA Issuers - URI:${crlUrl.replace('/ca.crl', '/ca.crt')}`,
];

describe('T8: of hostile wishes only fields of the profile come out', () => {
  it.each<[string, () => string | Uint8Array]>([
    ['must-staple', () => opensslRequest({ extensions: 'tlsfeature=status_request,17' })],
    [
      'CT poison (RFC 6962, 3.1)',
      () => opensslRequest({ extensions: '1.3.6.1.4.1.11129.2.4.3=critical,ASN1:NULL' }),
    ],
    [
      'embedded SCTs',
      () => opensslRequest({ extensions: '1.3.6.1.4.1.11129.2.4.2=ASN1:FORMAT:HEX,OCT:0000' }),
    ],
    [
      'a CA that signs certificates and lists',
      () =>
        opensslRequest({
          extensions:
            'basicConstraints=critical,CA:TRUE,pathlen:9\nkeyUsage=critical,keyCertSign,cRLSign',
        }),
    ],
    [
      'name constraints',
      () =>
        opensslRequest({
          extensions:
            'nameConstraints=critical,permitted;DNS:.example,permitted;IP:0.0.0.0/0.0.0.0',
        }),
    ],
    [
      'every purpose',
      () =>
        opensslRequest({
          extensions:
            'extendedKeyUsage=anyExtendedKeyUsage,serverAuth,codeSigning,OCSPSigning,1.3.6.1.4.1.311.20.2.2',
        }),
    ],
    [
      'foreign places for CRL and OCSP, no revocation check, policies',
      () =>
        opensslRequest({
          extensions:
            'crlDistributionPoints=URI:http://evil.example/crl\nauthorityInfoAccess=OCSP;URI:http://evil.example\nnoCheck=ignored\ncertificatePolicies=2.23.140.1.1',
        }),
    ],
    [
      'key identifiers of somebody else',
      () =>
        opensslRequest({
          extensions: `subjectKeyIdentifier=${'AB'.repeat(20)}\n2.5.29.35=ASN1:FORMAT:HEX,OCT:8001FF`,
        }),
    ],
    [
      'an unknown critical extension',
      () => opensslRequest({ extensions: '1.3.6.1.4.1.55555.1=critical,ASN1:UTF8String:obey' }),
    ],
    [
      'an extension without bytes, and one that is no DER',
      () =>
        asked(
          extension('1.3.6.1.4.1.55555.1', new Uint8Array()),
          critical(OID.keyUsage, Uint8Array.of(0x30, 0x80, 0xff)),
        ),
    ],
    [
      "CA:TRUE asked for by Microsoft's attribute",
      () => microsoft(critical(OID.basicConstraints, CA)),
    ],
    [
      'a challenge password, an operating system, a Kerberos name and a certificate of another CA',
      () =>
        request({
          attributes: [
            attribute('1.2.840.113549.1.9.7', text(TAG.utf8String, 'hunter2')),
            attribute('1.3.6.1.4.1.311.13.2.3', text(0x16, '10.0.17763.2')),
            attribute('1.3.6.1.4.1.311.21.20', sequence(text(TAG.utf8String, 'DOM\\admin'))),
            attribute('1.2.840.113549.1.9.16.2.12', sequence(CA)),
          ],
        }),
    ],
  ])('%s', async (_what, make) => {
    const account = await portal.newAccount();
    const { pem, serialHex } = await issueCertificate(account.key(), {
      csr: make(),
      environment: 'sandbox',
    });
    expect(serialHex).toMatch(/^[4-7][0-9A-F]{31}$/);
    expect(extensionsOf(pem)).toEqual(
      profile(account.id, await crlUrl(), ['erp.meridian.example']),
    );
  });

  it('names asked for critically, in PKCS #9 or by Microsoft, are vetted and stand there as the profile says', async () => {
    const names = sequence(text(0x82, 'b.meridian.example'), text(0x82, 'B.meridian.example'));
    for (const csr of [
      asked(critical(OID.subjectAltName, names)),
      microsoft(extension(OID.subjectAltName, names)),
    ]) {
      const account = await portal.newAccount();
      const { pem } = await issueCertificate(account.key(), { csr, environment: 'sandbox' });
      const expected = ['erp.meridian.example', 'b.meridian.example'];
      expect(extensionsOf(pem)).toEqual(profile(account.id, await crlUrl(), expected));
    }
  });
});

describe('T8: what cannot be read in one way only is refused, with a finding, and nothing is written', () => {
  it.each<[string, () => string | Uint8Array, string]>([
    [
      'alternative names twice',
      () => asked(dnsNames('a.example.com'), dnsNames('b.example.com')),
      'duplicate-extension',
    ],
    [
      'basic constraints twice, once true and once false',
      () => asked(extension(OID.basicConstraints, CA), extension(OID.basicConstraints, sequence())),
      'duplicate-extension',
    ],
    [
      'two extension requests',
      () =>
        request({
          attributes: [
            extensionRequest(dnsNames('a.example.com')),
            extensionRequest(extension(OID.basicConstraints, CA)),
          ],
        }),
      'duplicate-attribute',
    ],
    [
      "names in PKCS #9's attribute and others in Microsoft's",
      () =>
        request({
          attributes: [
            extensionRequest(dnsNames('a.example.com')),
            microsoftRequest(dnsNames('b.example.com')),
          ],
        }),
      'duplicate-extension',
    ],
    [
      'two values in one extension request',
      () =>
        request({
          attributes: [
            sequence(
              oid(OID.extensionRequest),
              setOf(
                sequence(dnsNames('a.example.com')),
                sequence(extension(OID.basicConstraints, CA)),
              ),
            ),
          ],
        }),
      'not-der',
    ],
    [
      'a Kerberos name, a directory name and an address among the names',
      () =>
        asked(
          extension(
            OID.subjectAltName,
            sequence(
              tlv(0xa0, oid('1.3.6.1.4.1.311.20.2.3'), tlv(0xa0, text(TAG.utf8String, 'a@b'))),
              tlv(0xa4, sequence()),
              tlv(0x87, Uint8Array.of(127, 0, 0, 1)),
            ),
          ),
        ),
      'name-kind',
    ],
    [
      'as many names as an upload holds',
      () => asked(dnsNames(...namesOf(8_000))),
      'too-many-names',
    ],
  ])('%s', async (_what, make, rule) => {
    const account = await portal.newAccount();
    const refusal = await refusalOf(account, make());
    expect(refusal.code).toBe('csr_rejected');
    expect((refusal.members.findings as Finding[]).map((one) => one.rule)).toContain(rule);
    expect(await intentsOf(account.id)).toBe(0);
  });

  it('10,000 names are more than an upload holds: 413, before anything is parsed', async () => {
    const account = await portal.newAccount();
    const csr = asked(dnsNames(...namesOf(10_000)));
    for (const upload of [csr, requestPem(csr)]) {
      const { code, detail } = await refusalOf(account, upload);
      expect(code).toBe('payload_too_large');
      expect(detail).toContain('65536');
    }
    expect(await intentsOf(account.id)).toBe(0);
  });
});

function attribute(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), setOf(value));
}

function microsoftRequest(...extensions: Uint8Array[]): Uint8Array {
  return attribute(OID.microsoftExtensionRequest, sequence(...extensions));
}

function microsoft(...extensions: Uint8Array[]): Uint8Array {
  return request({ attributes: [microsoftRequest(...extensions)] });
}

async function refusalOf(
  account: Awaited<ReturnType<TestPortal['newAccount']>>,
  csr: string | Uint8Array,
): Promise<AppError> {
  const given = { csr, environment: 'sandbox' as const };
  const error = await issueCertificate(account.key(), given).catch((thrown: unknown) => thrown);
  if (error instanceof AppError) return error;
  throw new Error(`not refused: ${JSON.stringify(error)}`);
}

const intentsOf = (accountId: string) =>
  acrossAccounts(testScope, (tx) => tx.intent.count({ where: { accountId } }));

async function crlUrl(): Promise<string> {
  const { id } = await acrossAccounts(testScope, (tx) =>
    tx.issuer.findFirstOrThrow({ where: { kind: 'issuing', environment: 'sandbox' } }),
  );
  return `http://localhost:3000/pki/${id}/ca.crl`;
}

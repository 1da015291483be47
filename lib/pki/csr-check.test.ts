import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { passes } from '@/lib/kernel/findings';
import { checkCsr } from './csr-check';
import { derOf } from './pem';
import {
  composed,
  dnsNames,
  EC_P256,
  extensionRequest,
  inFolder,
  LEGAL_NAME,
  opensslRequest,
  requestPem,
} from './testing';

const context = { legalName: LEGAL_NAME };
const rulesOf = async (input: string | Uint8Array) =>
  (await checkCsr(input, context)).findings.map((one) => one.rule);

describe('requests that openssl makes and we take', () => {
  it.each([
    ['RSA 2048', ['rsa:2048'], [], 'RSA with SHA-256'],
    ['RSA 3072', ['rsa:3072'], ['-sha384'], 'RSA with SHA-384'],
    ['RSA 4096', ['rsa:4096'], ['-sha512'], 'RSA with SHA-512'],
    ['EC P-256', EC_P256, [], 'ECDSA with SHA-256'],
    ['EC P-256', EC_P256, ['-sha512'], 'ECDSA with SHA-512'],
    ['EC P-384', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'], ['-sha384'], 'ECDSA with SHA-384'],
    ['Ed25519', ['ed25519'], [], 'Ed25519'],
    [
      'RSA 2048',
      ['rsa:2048'],
      ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32'],
      'RSA-PSS with SHA-256',
    ],
  ])('%s, %j %j', async (label, key, args, signatureAlgorithm) => {
    const pem = opensslRequest({ key, args, extensions: 'subjectAltName=DNS:b.meridian.example' });
    const { facts, findings, csr } = await checkCsr(pem, context);
    expect(findings).toEqual([]);
    expect(facts).toMatchObject({
      commonName: 'erp.meridian.example',
      dnsNames: ['b.meridian.example'],
      key: { label },
      signatureAlgorithm,
      signatureVerifies: true,
      sizeBytes: derOf(pem).length,
    });
    expect(csr).toMatchObject({ commonName: 'erp.meridian.example', country: 'US' });
  });

  it('the SPKI fingerprint is the one openssl computes', async () => {
    const pem = opensslRequest({});
    const { facts } = await checkCsr(pem, context);
    const spki = execFileSync('openssl', ['req', '-pubkey', '-noout'], { input: pem });
    const der = execFileSync('openssl', ['pkey', '-pubin', '-outform', 'DER'], { input: spki });
    const hash = execFileSync('openssl', ['dgst', '-sha256', '-r'], { input: der }).toString();
    expect(facts?.spkiSha256Hex).toBe(hash.slice(0, 64).toUpperCase());
  });

  it.each([
    [
      'NEW CERTIFICATE REQUEST',
      (pem: string) => pem.replaceAll('CERTIFICATE REQ', 'NEW CERTIFICATE REQ'),
    ],
    ['CRLF', (pem: string) => pem.replaceAll('\n', '\r\n')],
    ['a byte order mark', (pem: string) => `\ufeff${pem}`],
    ['white space around', (pem: string) => `\n\n  ${pem}\n\t\n`],
    ['no final newline', (pem: string) => pem.trimEnd()],
    ['one long line', (pem: string) => pem.replace(/([A-Za-z0-9+/=])\n(?=[A-Za-z0-9+/=])/g, '$1')],
    ['octets of the PEM text', (pem: string) => new TextEncoder().encode(pem)],
    ['DER', derOf],
  ])('RFC 7468: %s', async (_form, change) => {
    expect(await rulesOf(change(requestPem(composed())))).toEqual([]);
  });

  it('a hundred DNS names pass, one more does not', async () => {
    const names = Array.from({ length: 101 }, (_, index) => `n${index}.meridian.example`);
    const request = (count: number) =>
      composed({ attributes: [extensionRequest(dnsNames(...names.slice(0, count)))] });
    expect(await rulesOf(request(100))).toEqual([]);
    expect(await rulesOf(request(101))).toEqual(['too-many-names']);
  });
});

describe('requests that openssl makes and we refuse', () => {
  it.each([
    ['rsa-size', ['rsa:1024'], []],
    ['rsa-size', ['rsa:2056'], []],
    ['rsa-exponent', ['rsa:2048', '-pkeyopt', 'rsa_keygen_pubexp:3'], []],
    ['ec-curve', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'], []],
    ['ec-curve', ['ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'], []],
    [
      'ec-curve',
      ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-pkeyopt', 'ec_param_enc:explicit'],
      [],
    ],
    ['key-type', ['ed448'], []],
    ['key-type', ['rsa-pss', '-pkeyopt', 'rsa_keygen_bits:2048'], []],
    ['signature-algorithm', ['rsa:2048'], ['-sha1']],
    ['signature-algorithm', ['rsa:2048'], ['-md5']],
    ['signature-algorithm', ['rsa:2048'], ['-sha224']],
    ['signature-algorithm', EC_P256, ['-sha1']],
    ['signature-algorithm', EC_P256, ['-sha3-256']],
    ['signature-algorithm', ['rsa:2048'], ['-sha1', '-sigopt', 'rsa_padding_mode:pss']],
  ])('T9: %s: %j %j, named, and never verified by accident', async (rule, key, args) => {
    const { facts, findings, csr } = await checkCsr(opensslRequest({ key, args }), context);
    expect(findings.map((one) => one.rule)).toContain(rule);
    expect(facts).not.toBeNull();
    expect(csr).toBeNull();
  });

  it('a compressed point is refused: one key has one spelling, so that accounts cannot share it unseen', async () => {
    const pem = inFolder((_folder, openssl) => {
      openssl(
        'ecparam',
        '-name',
        'prime256v1',
        '-genkey',
        '-noout',
        '-conv_form',
        'compressed',
        '-out',
        'a.key',
      );
      openssl('ec', '-in', 'a.key', '-conv_form', 'compressed', '-out', 'b.key');
      return openssl('req', '-new', '-key', 'b.key', '-subj', '/CN=a.example.com');
    });
    expect(await rulesOf(pem)).toContain('ec-point');
  });

  it('the mock of the portal: a wildcard, an ampersand and an abbreviated state', async () => {
    const pem = opensslRequest({
      subject: '/C=US/ST=CA/L=Oakland/O=Meridian Freight & Co/CN=erp.meridian.example',
      extensions: 'subjectAltName=DNS:erp.meridian.example,DNS:*.erp.meridian.example',
    });
    const { findings, csr } = await checkCsr(pem, context);
    expect(csr).toBeNull();
    expect(findings.filter((one) => one.severity !== 'notice')).toMatchObject([
      { rule: 'forbidden-character', severity: 'error', field: 'O', mark: { start: 17, end: 18 } },
      { rule: 'wildcard-name', severity: 'error', field: 'DNS', mark: { start: 0, end: 1 } },
      { rule: 'place-abbreviated', severity: 'warning', field: 'ST', fix: 'Write California.' },
    ]);
    const [command] = new Set(findings.flatMap((one) => one.command ?? []));
    expect(command).toBe(
      [
        'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 \\',
        '  -keyout erp.key -out erp.csr \\',
        '  -subj "/C=US/ST=California/L=Oakland/O=Meridian Freight/CN=erp.meridian.example" \\',
        '  -addext "subjectAltName=DNS:erp.meridian.example"',
      ].join('\n'),
    );
  });
});

describe('RFC 2986, 4.2: the signature is by the key in the request', () => {
  it('a request signed by another key is refused', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spkiDer = new Uint8Array(other.publicKey.export({ format: 'der', type: 'spki' }));
    expect(await rulesOf(composed({ spkiDer }))).toEqual(['signature']);
  });

  it('one changed letter of the subject is noticed', async () => {
    const der = composed();
    const at = Buffer.from(der).indexOf('Oakland');
    der[at] = 'A'.charCodeAt(0);
    expect(await rulesOf(der)).toEqual(['signature']);
  });

  it.each([
    ['empty', new Uint8Array()],
    ['zero', new Uint8Array(64)],
    ['r = s = 0', Uint8Array.of(0x30, 6, 2, 1, 0, 2, 1, 0)],
    ['r = s = 1', Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1)],
  ])('a signature of %s does not pass', async (_what, signature) => {
    expect(await rulesOf(composed({ signature }))).toEqual(['signature']);
  });
});

describe('findings', () => {
  it('all faults, not the first; blocking ones before warnings before notices (invariant 4)', async () => {
    const pem = opensslRequest({
      key: ['rsa:1024'],
      subject: '/C=UK/ST=CA/O=A & B/OU=x/CN=10.0.0.1',
      args: ['-sha1'],
      extensions:
        'subjectAltName=IP:10.0.0.1,email:a@b.example,URI:https://a.example,DNS:*.a.example\nbasicConstraints=CA:TRUE',
    });
    const { findings } = await checkCsr(pem, context);
    const order = findings.map((one) => ['error', 'warning', 'notice'].indexOf(one.severity));
    expect(order).toEqual([...order].sort());
    expect(findings.map((one) => one.rule)).toEqual(
      expect.arrayContaining([
        'rsa-size',
        'signature-algorithm',
        'country-code',
        'place-abbreviated',
        'place-missing',
        'forbidden-character',
        'ip-address',
        'name-kind',
        'wildcard-name',
        'attribute-dropped',
        'extension-dropped',
      ]),
    );
    expect(findings.filter((one) => one.rule === 'name-kind')).toHaveLength(3);
    expect(passes(findings)).toBe(false);
  });

  it('one command for all errors and warnings, none for notices', async () => {
    const pem = opensslRequest({ subject: '/C=UK/ST=NY/O=Other/CN=*.erp.example.com' });
    const { findings } = await checkCsr(pem, context);
    const commands = new Set(
      findings.filter((one) => one.severity !== 'notice').map((one) => one.command),
    );
    expect(commands.size).toBe(1);
    expect([...commands][0]).toMatch(/^openssl req /);
    expect(findings.filter((one) => one.severity === 'notice' && one.command)).toEqual([]);
  });
});

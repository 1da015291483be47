import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { base64Of } from './bytes';
import { checkCsr } from './csr-check';
import { concat, sequence, tlv } from './der-write';
import { derOf } from './pem';
import { looksLikePrivateKey } from './private-key';
import { composed, inFolder, LEGAL_NAME, requestPem } from './testing';

const context = { legalName: LEGAL_NAME };
const good = requestPem(composed());
const only = async (input: string | Uint8Array) => {
  const { facts, findings, csr } = await checkCsr(input, context);
  expect(facts).toBeNull();
  expect(csr).toBeNull();
  expect(findings).toHaveLength(1);
  return findings[0];
};
const ascii = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'));

const pems = inFolder((folder, openssl) => {
  const made = (name: string) => readFileSync(join(folder, name), 'utf8');
  const octets = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-out', 'with-params.key');
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'sec1.key');
  openssl('pkcs8', '-topk8', '-nocrypt', '-in', 'sec1.key', '-out', 'pkcs8.key');
  openssl('pkcs8', '-topk8', '-in', 'sec1.key', '-passout', 'pass:x', '-out', 'encrypted.key');
  openssl('genrsa', '-traditional', '-out', 'pkcs1.key', '2048');
  openssl(
    'rsa',
    '-in',
    'pkcs1.key',
    '-aes128',
    '-passout',
    'pass:x',
    '-traditional',
    '-out',
    'legacy.key',
  );
  openssl('genpkey', '-algorithm', 'ed25519', '-out', 'ed25519.key');
  openssl('req', '-x509', '-key', 'pkcs8.key', '-subj', '/CN=a.example', '-out', 'cert.pem');
  openssl('crl2pkcs7', '-nocrl', '-certfile', 'cert.pem', '-out', 'bundle.p7b');
  openssl(
    'pkcs12',
    '-export',
    '-inkey',
    'pkcs8.key',
    '-in',
    'cert.pem',
    '-passout',
    'pass:x',
    '-out',
    'all.p12',
  );
  openssl('pkey', '-in', 'pkcs8.key', '-pubout', '-out', 'public.pem');
  for (const name of ['sec1', 'pkcs1'])
    openssl('pkey', '-in', `${name}.key`, '-outform', 'DER', '-out', `${name}.der`);
  openssl('ec', '-in', 'sec1.key', '-outform', 'DER', '-out', 'sec1-own.der');
  openssl('rsa', '-in', 'pkcs1.key', '-traditional', '-outform', 'DER', '-out', 'pkcs1-own.der');
  openssl(
    'pkcs8',
    '-topk8',
    '-in',
    'sec1.key',
    '-passout',
    'pass:x',
    '-outform',
    'DER',
    '-out',
    'encrypted.der',
  );
  const keys = ['with-params', 'sec1', 'pkcs8', 'encrypted', 'pkcs1', 'legacy', 'ed25519'];
  const ders = ['sec1', 'pkcs1', 'sec1-own', 'pkcs1-own', 'encrypted'];
  return {
    keys: keys.map((name): [string, string] => [name, made(`${name}.key`)]),
    ders: ders.map((name): [string, Uint8Array] => [name, octets(`${name}.der`)]),
    certificate: made('cert.pem'),
    bundle: made('bundle.p7b'),
    pfx: octets('all.p12'),
    publicKey: made('public.pem'),
  };
});
const [, someKey = ''] = pems.keys.find(([name]) => name === 'pkcs8') ?? [];

describe('private keys (invariant 10)', () => {
  const openssh = `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n`;
  const jwk = JSON.stringify(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  );
  it.each<[string, string | Uint8Array]>([
    ...pems.keys.map(([name, pem]): [string, string] => [`PEM ${name}`, pem]),
    ...pems.ders.map(([name, der]): [string, Uint8Array] => [`DER ${name}`, der]),
    ...pems.ders.map(([name, der]): [string, string] => [
      `base 64 without armor, ${name}`,
      base64Of(der),
    ]),
    ['PKCS #12', pems.pfx],
    ['OpenSSH', openssh],
    ['PuTTY', 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n'],
    ['a JWK', jwk],
    ['octets of PEM', ascii(someKey)],
    ['UTF-16', utf16(someKey)],
    ['CRLF', someKey.replaceAll('\n', '\r\n')],
    ['cut off', someKey.slice(0, 80)],
    ['without its BEGIN line', someKey.replace(/^.*\n/, '')],
    ['with escaped line breaks', JSON.stringify(someKey)],
    ['a truncated DER key', (pems.ders[0]?.[1] ?? new Uint8Array()).subarray(0, 60)],
    ['after the request', good + someKey],
    ['before the request', someKey + good],
    ['inside the label of a request', someKey.replaceAll('PRIVATE KEY', 'CERTIFICATE REQUEST')],
  ])('%s is recognized, refused and not repeated', async (_what, input) => {
    expect(looksLikePrivateKey(input)).toBe(true);
    const found = await only(input);
    expect(found).toMatchObject({ rule: 'private-key', severity: 'error', value: null });
    const secret = someKey.split('\n')[1] ?? '';
    expect(JSON.stringify(found)).not.toContain(secret.slice(0, 16));
  });

  it.each<[string, string | Uint8Array]>([
    ['a request', good],
    ['a DER request', composed()],
    ['a certificate', pems.certificate],
    ['a DER certificate', derOf(pems.certificate)],
    ['a public key', pems.publicKey],
    ['a DER public key', derOf(pems.publicKey)],
    ['a bundle', pems.bundle],
    ['a public JWK', JSON.stringify({ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' })],
    ['prose', 'Where do I find the private key of my request?'],
    ['nothing', ''],
  ])('%s is not taken for one', (_what, input) => {
    expect(looksLikePrivateKey(input)).toBe(false);
  });
});

describe('other files are named', () => {
  it.each<[string, string, string | Uint8Array]>([
    ['not-a-request', 'a certificate', pems.certificate],
    ['not-a-request', 'a certificate', derOf(pems.certificate)],
    ['not-a-request', 'a public key', pems.publicKey],
    ['not-a-request', 'a PKCS #7', pems.bundle],
    ['not-a-request', 'an SSH public key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me@host'],
    ['not-a-request', 'a PDF', '%PDF-1.7\n'],
    ['not-a-request', 'a web page', '<!doctype html><title>CSR</title>'],
    ['not-a-request', 'something else', 'hello'],
    ['empty', 'empty', ''],
    ['empty', 'empty', new Uint8Array()],
    ['empty', 'empty', ' \r\n\t'],
    ['file-encoding', 'UTF-16', utf16(good)],
    ['armor-missing', 'first and last line', base64Of(composed())],
    ['incomplete', 'BEGIN line', good.replace(/-----END.*\n/, '')],
    ['one-block', '2 PEM blocks', good + good],
    ['one-block', '2 PEM blocks', good + pems.certificate],
    ['text-around', 'other text', `Certificate Request:\n    Data:\n${good}`],
    ['text-around', 'other text', `${good}thank you`],
    ['base64', 'not base 64', good.replace('MII', 'M*I')],
    [
      'base64',
      'not base 64',
      // One character more than groups of four, whatever the last group was.
      good.replace('\n-----END', 'A\n-----END'),
    ],
    [
      'base64',
      'not base 64',
      '-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n',
    ],
    ['base64', 'not base 64', good.replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n')],
  ])('%s: %s', async (rule, words, input) => {
    const found = await only(input);
    expect(found).toMatchObject({ rule, severity: 'error', field: 'file' });
    expect(found?.message).toContain(words);
    expect(found?.command).toMatch(/^openssl req /);
  });

  it('RFC 7468, 2: labels of BEGIN and END agree', async () => {
    const found = await only(good.replace('END CERTIFICATE', 'END NEW CERTIFICATE'));
    expect(found?.rule).toBe('incomplete');
  });

  it('the facts of a file of 64 KiB and one byte are not asked for', async () => {
    expect((await only(new Uint8Array(65_537)))?.rule).toBe('file-size');
    expect((await only('é'.repeat(32_769)))?.rule).toBe('file-size');
  });
});

describe('X.690: what is not DER is not read', () => {
  const der = composed();
  it.each<[string, Uint8Array]>([
    ['a byte after the request', concat([der, Uint8Array.of(0)])],
    ['a second request after the first', concat([der, der])],
    ['a request in a SEQUENCE', sequence(der)],
    [
      'a length in long form',
      concat([Uint8Array.of(0x30, 0x83, 0, der[2] ?? 0, der[3] ?? 0), der.subarray(4)]),
    ],
    [
      'an indefinite length',
      concat([Uint8Array.of(0x30, 0x80), der.subarray(4), Uint8Array.of(0, 0)]),
    ],
    [
      'a version of two octets',
      Uint8Array.from(
        Buffer.from(der).toString('hex').replace('020100', '02020000').match(/../g) ?? [],
        (pair) => Number.parseInt(pair, 16),
      ),
    ],
    ['version 2', composed({ version: 1 })],
    ['the last byte missing', der.subarray(0, -1)],
    ['attributes with another tag', composed({ attributes: [tlv(5)] })],
  ])('10.1: %s', async (_what, input) => {
    const found = await only(input);
    expect(['not-der', 'not-a-request']).toContain(found?.rule);
  });

  it('openssl takes the untouched one', () => {
    const text = execFileSync('openssl', ['req', '-verify', '-noout'], {
      input: good,
      stdio: 'pipe',
    });
    expect(text.toString()).toBe('');
  });
});

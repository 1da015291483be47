import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCsr } from './csr-check';
import { looksLikePrivateKey } from './private-key';
import { composed, inFolder, opensslRequest, requestPem } from './testing';

const GENERATE = {
  'RSA 2048': 'genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048',
  'RSA-PSS': 'genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048',
  'P-256': 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256',
  'P-384': 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384',
  'P-521, explicit parameters':
    'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -pkeyopt ec_param_enc:explicit',
  Ed25519: 'genpkey -algorithm ED25519',
  X25519: 'genpkey -algorithm X25519',
  Ed448: 'genpkey -algorithm ED448',
} as const;
/** Only RSA and EC have a form older than PKCS #8. */
const HAS_TRADITIONAL = /^(RSA 2048|P-\d)/;
const DISGUISES = {
  'PKCS #8, PEM': 'pkcs8 -topk8 -nocrypt -in a.key -out b',
  'PKCS #8, DER': 'pkcs8 -topk8 -nocrypt -in a.key -outform DER -out b',
  'PKCS #8, encrypted, PEM': 'pkcs8 -topk8 -passout pass:x -in a.key -out b',
  'PKCS #8, encrypted, DER': 'pkcs8 -topk8 -passout pass:x -in a.key -outform DER -out b',
  'PKCS #8, encrypted the old way':
    'pkcs8 -topk8 -passout pass:x -v1 PBE-SHA1-3DES -in a.key -outform DER -out b',
  'scrypt, DER': 'pkcs8 -topk8 -passout pass:x -scrypt -in a.key -outform DER -out b',
  'traditional, PEM': 'pkey -traditional -in a.key -out b',
  'traditional, encrypted PEM': 'pkey -traditional -in a.key -aes128 -passout pass:x -out b',
  'traditional, DER': 'pkey -traditional -in a.key -outform DER -out b',
} as const;

describe('invariant 10: private keys in every form openssl writes are seen before they are sent, and never echoed', () => {
  it.each(Object.entries(GENERATE))('%s', (kind, generate) => {
    inFolder((folder, openssl) => {
      openssl(...generate.split(' '), '-out', 'a.key');
      for (const [form, command] of Object.entries(DISGUISES)) {
        if (form.startsWith('traditional') && !HAS_TRADITIONAL.test(kind)) continue;
        openssl(...command.split(' '));
        const bytes = new Uint8Array(readFileSync(join(folder, 'b')));
        expect(looksLikePrivateKey(bytes), form).toBe(true);
        const text = Buffer.from(bytes).toString('latin1');
        if (form.endsWith('PEM')) {
          expect(looksLikePrivateKey(text), `${form} as text`).toBe(true);
          expect(looksLikePrivateKey(Buffer.from(text, 'utf16le')), `${form}, UTF-16`).toBe(true);
        } else {
          const pasted = Buffer.from(bytes).toString('base64');
          expect(looksLikePrivateKey(pasted), `${form} in base 64`).toBe(true);
          expect(looksLikePrivateKey(`my key is ${pasted}`), `${form} in words`).toBe(true);
        }
      }
    });
  });

  it('OpenSSH, with and without its armor; PKCS #12 and a Java key store by their first octets', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const openssh = `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.concat([Buffer.from('openssh-key-v1\0'), randomBytes(90)]).toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
    expect(looksLikePrivateKey(openssh)).toBe(true);
    expect(looksLikePrivateKey(openssh.split('\n')[1] ?? '')).toBe(true);
    expect(looksLikePrivateKey(Uint8Array.of(0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2))).toBe(true);
    const pfx = inFolder((folder, openssl) => {
      writeFileSync(join(folder, 'a.key'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
      openssl(...'req -x509 -key a.key -subj /CN=a -out a.pem'.split(' '));
      openssl(...'pkcs12 -export -in a.pem -inkey a.key -passout pass:x -out a.p12'.split(' '));
      return new Uint8Array(readFileSync(join(folder, 'a.p12')));
    });
    expect(looksLikePrivateKey(pfx)).toBe(true);
  });

  it.each<[string, (key: string) => string]>([
    ['as it is', (key) => key],
    ['before the request', (key) => key + requestPem(composed())],
    ['after the request', (key) => requestPem(composed()) + key],
    [
      'without armor, after words, before the request',
      (key) => `key: ${key.replace(/-----.*-----\n/g, '')}\n${requestPem(composed())}`,
    ],
    [
      'in one line, after the request',
      (key) => `${requestPem(composed())}KEY=${key.replace(/-----.*-----|\n/g, '')}`,
    ],
    ['in JSON', (key) => JSON.stringify({ csr: requestPem(composed()), key })],
    ['with Windows line ends', (key) => key.replaceAll('\n', '\r\n')],
    ['cut off in the middle', (key) => key.slice(0, 120)],
    ['labelled a request', (key) => key.replaceAll('PRIVATE KEY', 'CERTIFICATE REQUEST')],
  ])('a key %s is refused, and no finding holds twelve letters of it', async (_how, disguise) => {
    for (const type of ['rsa', 'ec', 'ed25519'] as const) {
      const secret = keyPem(type);
      const { findings, facts, csr } = await checkCsr(disguise(secret), { legalName: 'Meridian' });
      expect(findings.map((one) => one.rule)).toEqual(['private-key']);
      expect([facts, csr]).toEqual([null, null]);
      const said = JSON.stringify(findings);
      const body = secret.replace(/-----.*-----|\n/g, '');
      for (let at = 0; at + 12 <= body.length; at += 1) {
        if (said.includes(body.slice(at, at + 12))) expect.fail(`letters from ${at} are echoed`);
      }
    }
  });

  it('what stands around a request is shown only when it is plain words', async () => {
    const shown = async (around: string) => {
      const { findings } = await checkCsr(`${around}\n${requestPem(composed())}`, {
        legalName: 'M',
      });
      expect(findings.map((one) => one.rule)).toEqual(['text-around']);
      return findings[0]?.value;
    };
    expect(await shown('Certificate Request:')).toBe('Certificate Request:');
    for (const secret of ['password: horse', 'hunter2', 'a'.repeat(20), `token ${'x'.repeat(9)}`]) {
      expect(await shown(secret)).toBeNull();
    }
  });
});

describe('what is no private key is not called one', () => {
  it('100 requests, and what openssl writes beside one', () => {
    for (let count = 0; count < 100; count += 1) {
      const der = composed();
      expect(looksLikePrivateKey(der)).toBe(false);
      expect(looksLikePrivateKey(requestPem(der))).toBe(false);
    }
    const pem = opensslRequest({ key: ['rsa:4096'] });
    expect(looksLikePrivateKey(pem)).toBe(false);
    const text = execFileSync('openssl', ['req', '-text'], { input: pem, encoding: 'utf8' });
    expect(looksLikePrivateKey(text)).toBe(false);
  });
});

function keyPem(type: 'rsa' | 'ec' | 'ed25519'): string {
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519');
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

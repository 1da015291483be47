import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, generatePrimeSync, sign } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkCsr } from './csr-check';
import { CSR_RULES, type CsrRule } from './csr-rules';
import { readDer, TAG } from './der';
import { bitString, oid, sequence, setOf, text, tlv, unsigned } from './der-write';
import { SMALL_PRIMES } from './key-arithmetic';
import { OID } from './oids';
import {
  composed,
  dnsNames,
  EC_KEY,
  EC_P256,
  extension,
  extensionRequest,
  opensslRequest as openssl,
  requestPem,
  withPart,
} from './testing';

const KNOWN_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KNOWN_SHA256 = createHash('sha256')
  .update(KNOWN_KEY.publicKey.export({ format: 'der', type: 'spki' }))
  .digest('hex');
const context = {
  legalName: 'Meridian Freight',
  isKnownWeak: async (hex: string) => hex === KNOWN_SHA256.toUpperCase(),
};
const names = (...values: string[]) =>
  composed({ attributes: [extensionRequest(dnsNames(...values))] });
const withExtensions = (...list: Uint8Array[]) =>
  composed({ attributes: [extensionRequest(...list)] });
const spki = (...parts: Uint8Array[]) => composed({ spkiDer: sequence(...parts) });
const EDWARDS = sequence(oid(OID.ed25519));
const good = () => requestPem(composed());

/** One upload for each rule; the compiler sees to it that none is left out. */
const REACHED_BY: Record<Exclude<CsrRule, 'signature-unchecked'>, () => string | Uint8Array> = {
  'private-key': () =>
    generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }),
  'file-size': () => ' '.repeat(65_537),
  empty: () => '\n',
  'file-encoding': () => Buffer.from(`\ufeff${good()}`, 'utf16le'),
  'not-a-request': () => '%PDF-1.7',
  'armor-missing': () => Buffer.from(composed()).toString('base64'),
  incomplete: () => good().slice(0, 100),
  'one-block': () => good() + good(),
  'text-around': () => `Here it is:\n${good()}`,
  base64: () => good().replace('MII', 'M=I'),
  'not-der': () => composed().subarray(0, -1),
  'signature-algorithm': () => openssl({ key: EC_P256, args: ['-sha1'] }),
  signature: () => composed({ signature: new Uint8Array(8) }),
  'key-type': () => openssl({ key: ['ed448'] }),
  'key-unreadable': () => spki(EDWARDS, bitString(new Uint8Array(31))),
  'key-encoding': () => spki(EDWARDS, bitString(new Uint8Array(32).fill(9)), tlv(TAG.null)),
  'rsa-size': () => openssl({ key: ['rsa:1024'] }),
  'rsa-exponent': () => openssl({ key: ['rsa:2048', '-pkeyopt', 'rsa_keygen_pubexp:3'] }),
  'rsa-modulus': () => spki(RSA, bitString(sequence(integer(new Uint8Array(256).fill(0x7e)), F4))),
  'rsa-close-primes': () => {
    // Of the upper half, so that its square has 2048 bits.
    let prime = 0n;
    while (prime >> 1022n !== 3n) prime = generatePrimeSync(1024, { bigint: true });
    return rsaOf(prime * prime);
  },
  // Modulo each small prime it is 1, a power of 65537; it need not be a product of two primes to look like it.
  'rsa-roca': () => {
    const primorial = SMALL_PRIMES.reduce((product, prime) => product * BigInt(prime), 1n);
    return rsaOf((2n ** 2047n / primorial + 1n) * primorial + 1n);
  },
  'key-known-weak': () => composed({ key: KNOWN_KEY }),
  'ec-curve': () => openssl({ key: ['ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'] }),
  'ec-point': () => spki(P256, bitString(Uint8Array.of(4, ...new Uint8Array(64)))),
  'ed25519-point': () => spki(EDWARDS, bitString(new Uint8Array(32))),
  'text-encoding': () => composed({ subject: withPart('L', 'Oakland', TAG.teletexString) }),
  'invisible-character': () => composed({ subject: withPart('L', 'Oak\u202eland') }),
  'empty-text': () => composed({ subject: withPart('L', ' ') }),
  'text-length': () => composed({ subject: withPart('O', 'O'.repeat(65)) }),
  'forbidden-character': () => openssl({ subject: '/CN=a.example.com/O=A & B' }),
  'common-name-missing': () => openssl({ subject: '/O=Meridian Freight' }),
  'country-code': () => openssl({ subject: '/C=ZZ/CN=a.example.com' }),
  'duplicate-attribute': () => openssl({ subject: '/CN=a.example.com/CN=b.example.com' }),
  'duplicate-extension': () => withExtensions(dnsNames('a.example.com'), dnsNames('b.example.com')),
  'wildcard-name': () => openssl({ extensions: 'subjectAltName=DNS:*.example.com' }),
  'ip-address': () => openssl({ subject: '/CN=192.0.2.1' }),
  'name-not-qualified': () => openssl({ subject: '/CN=localhost' }),
  'name-syntax': () => openssl({ subject: '/CN=example.com.' }),
  'name-length': () => names(`${'a'.repeat(64)}.example.com`),
  'too-many-names': () => names(...Array.from({ length: 101 }, (_, at) => `n${at}.example.com`)),
  'name-kind': () => openssl({ extensions: 'subjectAltName=IP:192.0.2.1' }),
  'names-unreadable': () => withExtensions(extension(OID.subjectAltName, sequence())),
  'place-missing': () => openssl({ subject: '/CN=a.example.com' }),
  'place-abbreviated': () => openssl({ subject: '/C=US/ST=CA/CN=a.example.com' }),
  organization: () => openssl({ subject: '/O=Somebody Else/CN=a.example.com' }),
  'outer-space': () => composed({ subject: withPart('L', ' Oakland') }),
  'attribute-dropped': () => openssl({ subject: '/OU=IT/CN=a.example.com' }),
  'extension-dropped': () => openssl({ extensions: 'basicConstraints=CA:TRUE' }),
};

const integer = (content: Uint8Array) => tlv(TAG.integer, content);
const F4 = integer(Uint8Array.of(1, 0, 1));
const RSA = sequence(oid(OID.rsaEncryption), tlv(TAG.null));
const P256 = sequence(oid(OID.ecPublicKey), oid(OID.p256));

const rsaOf = (modulus: bigint) =>
  spki(RSA, bitString(sequence(unsigned(Buffer.from(modulus.toString(16), 'hex')), F4)));

describe('every rule is reached', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each(Object.entries(REACHED_BY))('%s', async (rule, make) => {
    const { findings, csr } = await checkCsr(make(), context);
    const found = findings.find((one) => one.rule === rule);
    expect(found).toBeDefined();
    const { severity, source } = Object.entries(CSR_RULES).find(([id]) => id === rule)?.[1] ?? {};
    expect(found).toMatchObject({ severity, source });
    expect(csr === null).toBe(findings.some((one) => one.severity === 'error'));
    for (const said of [found?.title, found?.message, found?.fix]) expect(said).toMatch(/\S{2}/);
    expect(found?.command === null).toBe(severity === 'notice');
  });

  it('signature-unchecked: where WebCrypto lacks the algorithm', async () => {
    const request = openssl({ key: ['ed25519'] });
    const digest = globalThis.crypto.subtle.digest.bind(globalThis.crypto.subtle);
    const importKey = () => Promise.reject(new DOMException('no', 'NotSupportedError'));
    vi.stubGlobal('crypto', { subtle: { digest, importKey } });
    const { findings, csr } = await checkCsr(request, context);
    expect(findings.map((one) => one.rule)).toEqual(['signature-unchecked']);
    expect(csr).toBeNull();
  });
});

describe('T9: a key that others know', () => {
  it('is told to whoever proves to hold it, beside all other findings, and in no more words', async () => {
    const subject = withPart('O', 'Somebody Else');
    const { findings, csr } = await checkCsr(composed({ key: KNOWN_KEY, subject }), context);
    expect(findings.map((one) => one.rule)).toEqual(['key-known-weak', 'organization']);
    expect(findings[0]?.message).toBe(
      'This key is publicly known or was reported as compromised, so it is never taken again.',
    );
    expect(findings[0]?.value).toBeNull();
    expect(csr).toBeNull();
  });

  it('is not told to whoever cannot sign with it', async () => {
    const spkiDer = new Uint8Array(KNOWN_KEY.publicKey.export({ format: 'der', type: 'spki' }));
    const { findings } = await checkCsr(composed({ spkiDer }), context);
    expect(findings.map((one) => one.rule)).toEqual(['signature']);
  });
});

describe('RFC 2986, 4: unusual requests that are right', () => {
  it('two attributes in one part of the subject are read as two', async () => {
    const request = openssl({
      subject: '/C=US+O=Meridian Freight/ST=Iowa/L=Ames/CN=a.example.com',
    });
    const { facts, findings } = await checkCsr(request, context);
    expect(findings).toEqual([]);
    expect(facts?.subject.map((one) => one.type).sort()).toEqual(['C', 'CN', 'L', 'O', 'ST']);
  });

  it('a request without the empty list of attributes is taken, as openssl takes it', async () => {
    const [, subject, publicKey] = readDer(composed()).children[0]?.children ?? [];
    const parts = [subject, publicKey].map((node) => node?.der ?? new Uint8Array());
    const info = sequence(integer(Uint8Array.of(0)), ...parts);
    const signature = new Uint8Array(sign('sha256', info, EC_KEY.privateKey));
    const request = sequence(info, sequence(oid(OID.ecdsaSha256)), bitString(signature));
    expect((await checkCsr(request, context)).findings).toEqual([]);
    const args = ['req', '-inform', 'DER', '-verify', '-noout'];
    expect(spawnSync('openssl', args, { input: request }).status).toBe(0);
  });

  it('an empty subject is refused for its missing name, and nothing throws', async () => {
    const { findings } = await checkCsr(composed({ subject: [] }), context);
    expect(findings[0]?.rule).toBe('common-name-missing');
  });

  it('what a request says in a challenge password is not repeated', async () => {
    const attribute = sequence(oid('1.2.840.113549.1.9.7'), setOf(text(TAG.utf8String, 'hunter2')));
    const check = await checkCsr(composed({ attributes: [attribute] }), context);
    expect(check.findings.map((one) => one.value)).toEqual(['challenge password']);
    expect(JSON.stringify(check)).not.toContain('hunter2');
  });
});

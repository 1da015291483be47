import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkCsr } from './csr-check';
import { TAG } from './der';
import { bitString, oid, sequence, tlv, unsigned } from './der-write';
import { isOnCurve, smallFactor } from './key-arithmetic';
import { OID } from './oids';
import { composed, LEGAL_NAME, opensslRequest } from './testing';

const context = { legalName: LEGAL_NAME };
const F4 = Uint8Array.of(1, 0, 1);

function rsa(modulus: Uint8Array, exponent: Uint8Array): Uint8Array {
  const key = sequence(unsigned(modulus), unsigned(exponent));
  return sequence(sequence(oid(OID.rsaEncryption), tlv(TAG.null)), bitString(key));
}

function ec(curve: string, point: Uint8Array): Uint8Array {
  return sequence(sequence(oid(OID.ecPublicKey), oid(curve)), bitString(point));
}

const modulus = (bits: number, last: number) => {
  const octets = new Uint8Array(bits / 8).fill(0xff);
  octets[octets.length - 1] = last;
  return octets;
};
/** Odd, of as many bits, and without a factor below 752. */
const roughModulus = (bits: number) => {
  for (let last = 1; last < 65_536; last += 2) {
    const octets = modulus(bits, last & 0xff);
    octets[octets.length - 2] = last >> 8;
    if (smallFactor(octets) === null) return octets;
  }
  throw new Error('no such modulus');
};

async function keyRules(spkiDer: Uint8Array): Promise<string[]> {
  const { findings, csr } = await checkCsr(composed({ spkiDer }), context);
  expect(csr).toBeNull();
  return findings.filter((one) => one.field === 'key').map((one) => one.rule);
}

describe('T9: keys that openssl would not make', () => {
  it.each([
    ['an even modulus', rsa(modulus(2048, 0xfe), F4), ['rsa-modulus']],
    ['e = 1', rsa(roughModulus(2048), Uint8Array.of(1)), ['rsa-exponent']],
    ['e = 0', rsa(roughModulus(2048), Uint8Array.of(0)), ['rsa-exponent']],
    ['e of 2048 bits', rsa(roughModulus(2048), modulus(2048, 0xff)), ['rsa-exponent']],
    ['16384 bits', rsa(roughModulus(16_384), F4), ['rsa-size']],
    ['2040 bits', rsa(roughModulus(2040), F4), ['rsa-size']],
    ['a modulus of 0', rsa(new Uint8Array(256), F4), ['rsa-size', 'rsa-modulus']],
    [
      'everything at once',
      rsa(modulus(1024, 0xfe), Uint8Array.of(3)),
      ['rsa-size', 'rsa-exponent', 'rsa-modulus'],
    ],
    ['the point at infinity', ec(OID.p256, Uint8Array.of(0)), ['ec-point']],
    ['a point too short', ec(OID.p256, new Uint8Array(64).fill(4)), ['ec-point']],
    ['a P-256 point said to be P-384', ec(OID.p384, new Uint8Array(65).fill(4)), ['ec-point']],
    [
      'an Ed25519 key of 31 octets',
      sequence(sequence(oid(OID.ed25519)), bitString(new Uint8Array(31))),
      ['key-unreadable'],
    ],
    [
      'an RSA key without exponent',
      sequence(sequence(oid(OID.rsaEncryption), tlv(TAG.null)), bitString(sequence(unsigned(F4)))),
      ['key-unreadable'],
    ],
    [
      'octets for an RSA key',
      sequence(sequence(oid(OID.rsaEncryption), tlv(TAG.null)), bitString(F4)),
      ['key-unreadable'],
    ],
    [
      'ML-DSA-65',
      sequence(sequence(oid('2.16.840.1.101.3.4.3.18')), bitString(new Uint8Array(1952))),
      ['key-type'],
    ],
    ['an unknown algorithm', sequence(sequence(oid('1.2.3.4')), bitString(F4)), ['key-type']],
  ])('%s', async (_what, spkiDer, rules) => {
    expect(await keyRules(spkiDer)).toEqual(rules);
  });

  it.each([
    [OID.p256, 65],
    [OID.p384, 97],
  ])(
    'SP 800-56A, 5.6.2.3.3: a point that is not on its curve is refused, and so is 0, 0',
    async (curve, length) => {
      const off = new Uint8Array(length).fill(7);
      const zero = new Uint8Array(length);
      for (const point of [off, zero]) {
        point[0] = 4;
        expect(await keyRules(ec(curve, point))).toEqual(['ec-point']);
      }
    },
  );

  it('a point of another curve of the same length is refused: brainpoolP256r1 and secp256k1 said to be P-256', async () => {
    for (const namedCurve of ['brainpoolP256r1', 'secp256k1']) {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve });
      const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
      expect(await keyRules(ec(OID.p256, point))).toEqual(['ec-point']);
    }
  });

  it('a point whose x is one prime too large is refused, although it satisfies the equation', async () => {
    const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
    // x = 5 has a point on P-256; x + p still fits into 32 octets.
    const y = 0x459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbccn;
    const point = (x: bigint) =>
      new Uint8Array(Buffer.from(`04${x.toString(16).padStart(64, '0')}${y.toString(16)}`, 'hex'));
    expect(isOnCurve('P-256', point(5n))).toBe(true);
    expect(await keyRules(ec(OID.p256, point(5n + p)))).toEqual(['ec-point']);
  });

  it('RFC 5480, 2.1.1: explicit parameters are refused even where they spell P-256', async () => {
    const explicit = sequence(
      ...[
        unsigned(Uint8Array.of(1)),
        sequence(oid('1.2.840.10045.1.1'), unsigned(modulus(256, 1))),
      ],
    );
    const spkiDer = sequence(sequence(oid(OID.ecPublicKey), explicit), bitString(ecPoint()));
    expect(await keyRules(spkiDer)).toEqual(['ec-curve']);
    const implicit = sequence(sequence(oid(OID.ecPublicKey), tlv(TAG.null)), bitString(ecPoint()));
    expect(await keyRules(implicit)).toEqual(['ec-curve']);
  });

  // The list of libsodium, ed25519_ref10.c: ge25519_has_small_order.
  it.each([
    ['00'.repeat(32)],
    [`01${'00'.repeat(31)}`],
    ['26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    [`ec${'ff'.repeat(30)}7f`],
    [`ed${'ff'.repeat(30)}7f`],
    [`ee${'ff'.repeat(30)}7f`],
    [`ff${'ff'.repeat(30)}7f`],
  ])(
    'RFC 8032, 5.1.3: the Ed25519 point %s, with either sign, is the key of nobody',
    async (hex) => {
      for (const sign of [0x00, 0x80]) {
        const point = new Uint8Array(Buffer.from(hex, 'hex'));
        point[31] = (point[31] ?? 0) | sign;
        const spkiDer = sequence(sequence(oid(OID.ed25519)), bitString(point));
        expect(await keyRules(spkiDer)).toEqual(['ed25519-point']);
      }
    },
  );

  it('a modulus with a small factor is refused, and the factor is named', async () => {
    // 2^2048 - 1 = (2^1024 - 1)(2^1024 + 1), and 3 divides the first.
    const { findings } = await checkCsr(
      composed({ spkiDer: rsa(modulus(2048, 0xff), F4) }),
      context,
    );
    expect(findings).toMatchObject([
      { rule: 'rsa-modulus', value: 'RSA with a modulus that 3 divides' },
    ]);
  });

  it('a finding names the key found and the keys that are taken', async () => {
    const { findings } = await checkCsr(
      composed({ spkiDer: rsa(roughModulus(1024), F4) }),
      context,
    );
    expect(findings[0]).toMatchObject({ field: 'key', value: 'RSA 1024' });
    expect(findings[0]?.message).toMatch(/RSA 1024.*2048, 3072 or 4096/);
  });

  it('an algorithm of the signature that is not that of the key does not verify', async () => {
    const signatureAlgorithm = sequence(oid('1.2.840.113549.1.1.11'), tlv(TAG.null));
    const { findings } = await checkCsr(composed({ signatureAlgorithm }), context);
    expect(findings.map((one) => one.rule)).toEqual(['signature']);
  });
});

describe('one public key has one SPKI', () => {
  it.each([
    [
      'RSA without the NULL of RFC 3279, 2.3.1',
      (key: Uint8Array) => sequence(sequence(oid(OID.rsaEncryption)), bitString(key)),
    ],
    [
      'RSA with other parameters',
      (key: Uint8Array) => sequence(sequence(oid(OID.rsaEncryption), sequence()), bitString(key)),
    ],
    [
      'RSA with a third part in the algorithm',
      (key: Uint8Array) =>
        sequence(sequence(oid(OID.rsaEncryption), tlv(TAG.null), tlv(TAG.null)), bitString(key)),
    ],
    [
      'RSA with a third number',
      (key: Uint8Array) =>
        sequence(
          sequence(oid(OID.rsaEncryption), tlv(TAG.null)),
          bitString(sequence(...numbersOf(key), unsigned(F4))),
        ),
    ],
    [
      'RSA with a part after the key',
      (key: Uint8Array) =>
        sequence(sequence(oid(OID.rsaEncryption), tlv(TAG.null)), bitString(key), tlv(TAG.null)),
    ],
  ])(
    '%s is refused, so that a key cannot be used by two accounts in two spellings',
    async (_what, spelled) => {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const key = new Uint8Array(publicKey.export({ format: 'der', type: 'pkcs1' }));
      const signatureAlgorithm = sequence(oid('1.2.840.113549.1.1.11'), tlv(TAG.null));
      const good = composed({ key: { publicKey, privateKey }, signatureAlgorithm });
      expect((await checkCsr(good, context)).findings).toEqual([]);
      const other = composed({
        key: { publicKey, privateKey },
        spkiDer: spelled(key),
        signatureAlgorithm,
      });
      expect((await checkCsr(other, context)).csr).toBeNull();
    },
  );

  it.each([
    [
      'EC with a third part in the algorithm',
      () =>
        sequence(
          sequence(oid(OID.ecPublicKey), oid(OID.p256), tlv(TAG.null)),
          bitString(ecPoint()),
        ),
    ],
    [
      'EC with a part after the key',
      () =>
        sequence(
          sequence(oid(OID.ecPublicKey), oid(OID.p256)),
          bitString(ecPoint()),
          tlv(TAG.null),
        ),
    ],
    [
      'EC in hybrid form',
      () =>
        ec(
          OID.p256,
          Uint8Array.from([6 + ((ecPoint().at(-1) ?? 0) & 1), ...ecPoint().subarray(1)]),
        ),
    ],
  ])('%s is refused', async (_what, make) => {
    const der = composed({ key: EC_KEYS, spkiDer: make() });
    expect((await checkCsr(der, context)).csr).toBeNull();
  });

  it('Ed25519 with parameters is refused (RFC 8410, 3)', async () => {
    const spkiDer = sequence(
      sequence(oid(OID.ed25519), tlv(TAG.null)),
      bitString(new Uint8Array(32).fill(9)),
    );
    expect(await keyRules(spkiDer)).toEqual(['key-encoding']);
  });
});

const EC_KEYS = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ecPoint = () =>
  new Uint8Array(EC_KEYS.publicKey.export({ format: 'der', type: 'spki' }).subarray(-65));

/** The two INTEGERs of an RSAPublicKey, as they stand there. */
function numbersOf(key: Uint8Array): Uint8Array[] {
  // SEQUENCE with a length of two octets, modulus likewise, then an exponent of five octets in all.
  return [key.subarray(4, key.length - 5), key.subarray(key.length - 5)];
}

describe('a browser without Ed25519', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('says that the signature is checked later, accuses nobody and accepts nothing', async () => {
    const pem = opensslRequest({ key: ['ed25519'] });
    const { subtle } = globalThis.crypto;
    vi.stubGlobal('crypto', {
      subtle: {
        digest: subtle.digest.bind(subtle),
        importKey: () => Promise.reject(new DOMException('no', 'NotSupportedError')),
      },
    });
    const { facts, findings, csr } = await checkCsr(pem, context);
    expect(findings).toMatchObject([{ rule: 'signature-unchecked', severity: 'notice' }]);
    expect(facts?.signatureVerifies).toBe(false);
    expect(csr).toBeNull();
  });
});

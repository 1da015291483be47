import { checkPrimeSync, generateKeyPairSync, generatePrimeSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkCsr } from './csr-check';
import { readDer, TAG } from './der';
import { bitString, oid, sequence, tlv, unsigned } from './der-write';
import { judgeKey } from './key';
import { numberOf, SMALL_PRIMES } from './key-arithmetic';
import { hasClosePrimes, hasRocaFingerprint, squareRoot } from './key-weakness';
import { OID } from './oids';
import { composed, inFolder, LEGAL_NAME } from './testing';

const context = { legalName: LEGAL_NAME };

function octetsOf(value: bigint): Uint8Array {
  const hex = value.toString(16);
  return new Uint8Array(Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex'));
}

function spkiOf(modulus: bigint): Uint8Array {
  const key = sequence(unsigned(octetsOf(modulus)), unsigned(Uint8Array.of(1, 0, 1)));
  return sequence(sequence(oid(OID.rsaEncryption), tlv(TAG.null)), bitString(key));
}

const random = (bits: number) => numberOf(randomBytes(bits / 8)) | (1n << BigInt(bits - 1)) | 1n;
/** With the top two bits set, so that two of them multiply to twice their length. */
const randomPrime = (bits: number) => {
  const add = 2n;
  for (;;) {
    const prime = generatePrimeSync(bits, { bigint: true, add, rem: 1n });
    if (prime >> BigInt(bits - 2) === 3n) return prime;
  }
};

function primeAfter(value: bigint): bigint {
  for (let candidate = value + 2n; ; candidate += 2n) {
    if (checkPrimeSync(candidate)) return candidate;
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let [square, rest] = [base % modulus, exponent]; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** A prime as RSALib made them: k * M + (65537^a mod M), M the product of the first primes. */
function rocaPrime(bits: number, largest: number): bigint {
  const primorial = primesTo(largest).reduce((product, prime) => product * BigInt(prime), 1n);
  const bottom = 3n << BigInt(bits - 2);
  const span = (1n << BigInt(bits)) - bottom;
  for (;;) {
    const k = (bottom + (numberOf(randomBytes(bits / 8)) % span)) / primorial;
    const candidate = k * primorial + power(65_537n, numberOf(randomBytes(128)), primorial);
    if (candidate >> BigInt(bits - 2) === 3n && checkPrimeSync(candidate)) return candidate;
  }
}

function primesTo(largest: number): number[] {
  return Array.from({ length: largest - 1 }, (_, at) => at + 2).filter((value) =>
    SMALL_PRIMES.every((prime) => value === prime || value % prime !== 0),
  );
}

async function keyFindings(modulus: bigint) {
  const { findings, csr } = await checkCsr(composed({ spkiDer: spkiOf(modulus) }), context);
  expect(csr).toBeNull();
  return findings.filter((one) => one.field === 'key');
}

describe('T9: RSA keys with primes close together (BR, 6.1.1.3)', () => {
  it.each([2048, 3072, 4096])('RSA %d of neighbouring primes is refused', async (bits) => {
    const prime = randomPrime(bits / 2);
    const findings = await keyFindings(prime * primeAfter(prime));
    expect(findings).toMatchObject([{ rule: 'rsa-close-primes', severity: 'error' }]);
    expect(findings[0]?.command).toMatch(/^openssl /);
  });

  it('a modulus that is the square of a prime is refused', async () => {
    const prime = randomPrime(1024);
    expect((await keyFindings(prime * prime)).map((one) => one.rule)).toEqual(['rsa-close-primes']);
  });

  it('the hundredth round still finds them, and there is no other one after it', () => {
    const middle = random(1024);
    for (const [rounds, found] of [
      [1n, true],
      [99n, true],
      [102n, false],
      [1_000n, false],
    ] as const) {
      // (a - d)(a + d) needs d² / 2a rounds, and one more for what is lost in the division.
      const apart = squareRoot(2n * middle * rounds);
      const modulus = (middle - apart) * (middle + apart);
      expect([rounds, hasClosePrimes(modulus)]).toEqual([rounds, found]);
    }
  });

  it('primes of a hundred equal leading bits, as FIPS 186-5, A.1.3 forbids, are more than Fermat can do', () => {
    const high = random(104) << 920n;
    const [one, other] = [high + random(800), high + random(912)];
    expect(hasClosePrimes((one | 1n) * (other | 1n))).toBe(false);
  });
});

describe('T9: RSA keys with the ROCA flaw (CVE-2017-15361)', () => {
  // The primorials of the paper's table 1, by size of the key.
  it.each([
    [2048, 701],
    [3072, 701],
    [4096, 1427],
  ])('RSA %d of primes k * %d# + 65537^a is refused', async (bits, largest) => {
    const modulus = rocaPrime(bits / 2, largest) * rocaPrime(bits / 2, largest);
    const findings = await keyFindings(modulus);
    expect(findings).toMatchObject([{ rule: 'rsa-roca', severity: 'error', value: `RSA ${bits}` }]);
    expect(findings[0]?.fix).toMatch(/outside that chip/);
  });

  it('one prime of that structure beside an ordinary one is no such key', () => {
    const others = Array.from({ length: 8 }, () => rocaPrime(512, 167) * randomPrime(512));
    expect(others.filter(hasRocaFingerprint)).toEqual([]);
  });
});

describe('keys of honest programs', () => {
  it('are taken: 32 of node:crypto and openssl', () => {
    const sizes = [...Array.from({ length: 24 }, () => 2048), 3072, 4096];
    const made = sizes.map((modulusLength) =>
      generateKeyPairSync('rsa', { modulusLength }).publicKey.export({
        format: 'der',
        type: 'spki',
      }),
    );
    const byOpenssl = inFolder((_folder, openssl) =>
      Array.from({ length: 6 }, () => {
        const modulus = openssl('rsa', '-noout', '-modulus', '-in', newKey(openssl)).trim();
        return spkiOf(BigInt(`0x${modulus.replace('Modulus=', '')}`));
      }),
    );
    const all = [...made.map((der) => new Uint8Array(der)), ...byOpenssl];
    expect(all).toHaveLength(32);
    expect(all.flatMap((der) => judgeKey(readDer(der)).findings)).toEqual([]);
  });
});

function newKey(openssl: (...args: string[]) => string): string {
  openssl('genrsa', '-out', 'a.key', '2048');
  return 'a.key';
}

describe('the square root', () => {
  it('is the whole part, for small numbers and beside squares of every length', () => {
    for (let value = 0; value < 5_000; value += 1) {
      expect(squareRoot(BigInt(value))).toBe(BigInt(Math.floor(Math.sqrt(value))));
    }
    for (let bits = 8; bits <= 2_304; bits += 8) {
      const root = random(bits);
      expect(squareRoot(root * root)).toBe(root);
      expect(squareRoot(root * root - 1n)).toBe(root - 1n);
      expect(squareRoot(root * root + 2n * root)).toBe(root);
    }
  });
});

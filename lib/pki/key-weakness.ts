/**
 * RSA moduli of the right size and form that anybody can factor: primes too close to each other, and the structure that
 * one chip maker's library gave its primes.
 */
import { SMALL_PRIMES } from './key-arithmetic';

// CA/Browser Forum BR, 6.1.1.3 (5): keys that 100 rounds factor are to be refused.
const FERMAT_ROUNDS = 100;

/**
 * True when Fermat's method factors the odd modulus within 100 rounds: it looks for a square a² - n, counting a up from
 * the square root of n, and finds one early when the primes lie close together.
 * @see CA/Browser Forum BR, 6.1.1.3 (5) CVE-2022-26320
 */
export function hasClosePrimes(modulus: bigint): boolean {
  let a = squareRoot(modulus);
  if (a * a < modulus) a += 1n;
  let rest = a * a - modulus;
  for (let round = 0; round < FERMAT_ROUNDS; round += 1) {
    if (isSquare(rest)) return true;
    rest += 2n * a + 1n;
    a += 1n;
  }
  return false;
}

const GENERATOR = 65_537;
// Keys of every size that the library made have these primes in their primorial; 17 of them tell, the others have
// 65537 as a generator of all residues. A modulus made otherwise passes all 17 once in 2^27.
const ROCA_SUBGROUPS = SMALL_PRIMES.filter((prime) => prime > 2 && prime <= 167)
  .map((prime) => ({ prime, residues: powersModulo(prime) }))
  .filter(({ prime, residues }) => residues.size < prime - 1);
const ROCA_PRODUCT = ROCA_SUBGROUPS.reduce((product, { prime }) => product * BigInt(prime), 1n);

/**
 * True when the modulus has the fingerprint of Infineon's RSALib: both primes are k * M + 65537^a modulo M for a
 * primorial M, so modulo each small prime the modulus is a power of 65537.
 * @see CVE-2017-15361, "The Return of Coppersmith's Attack", 2.2
 */
export function hasRocaFingerprint(modulus: bigint): boolean {
  const rest = modulus % ROCA_PRODUCT;
  return ROCA_SUBGROUPS.every(({ prime, residues }) => residues.has(Number(rest % BigInt(prime))));
}

function powersModulo(prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * (GENERATOR % prime)) % prime) {
    powers.add(power);
  }
  return powers;
}

// Three of four numbers are told by their last four bits to be no square.
const SQUARES_MODULO_16 = new Set([0n, 1n, 4n, 9n]);

function isSquare(value: bigint): boolean {
  if (!SQUARES_MODULO_16.has(value & 15n)) return false;
  const root = squareRoot(value);
  return root * root === value;
}

/** The whole part of the square root; Newton's steps that double the digits, each as long as what it knows so far. */
export function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  const half = Math.floor((bitsOf(value) - 1) / 2);
  let root = 1n;
  let known = 0;
  for (let step = 32 - Math.clz32(half) - 1; step >= 0; step -= 1) {
    const before = known;
    known = half >> step;
    const shifted = value >> BigInt(2 * half - before - known + 1);
    root = (root << BigInt(known - before - 1)) + shifted / root;
  }
  return root * root > value ? root - 1n : root;
}

function bitsOf(value: bigint): number {
  const hex = value.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex.slice(0, 1), 16)));
}

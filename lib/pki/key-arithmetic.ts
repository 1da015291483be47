/** Numbers inside public keys that make a key worthless although its form is right. */
import { hexOf } from './bytes';

type Curve = { readonly p: bigint; readonly b: bigint };

/** y² = x³ - 3x + b over p. @see SEC 2, 2.4.2 and 2.5.1 */
const CURVES: Readonly<Record<string, Curve>> = {
  'P-256': {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
};

/**
 * True when the point satisfies the equation of its curve, with coordinates below the prime. Both curves have cofactor
 * 1, so such a point is in the right group.
 * @param point uncompressed, with its first octet 04
 * @see NIST SP 800-56A, 5.6.2.3.3
 */
export function isOnCurve(curve: string, point: Uint8Array): boolean {
  const parameters = CURVES[curve];
  if (!parameters) return false;
  const { p, b } = parameters;
  const half = (point.length - 1) / 2;
  const x = numberOf(point.subarray(1, 1 + half));
  const y = numberOf(point.subarray(1 + half));
  return x < p && y < p && (y * y - (x * x * x - 3n * x + b)) % p === 0n;
}

// Primes below 752: CA/Browser Forum BR, 6.1.6 (SP 800-89, 5.3.3). 2 is one of them: an even modulus.
export const SMALL_PRIMES: readonly number[] = Array.from(
  { length: 750 },
  (_, index) => index + 2,
).filter((candidate) => {
  for (let divisor = 2; divisor * divisor <= candidate; divisor += 1) {
    if (candidate % divisor === 0) return false;
  }
  return true;
});
const PRODUCT = SMALL_PRIMES.reduce((product, prime) => product * BigInt(prime), 1n);

/** The smallest prime below 752 that divides an RSA modulus; null when none does. */
export function smallFactor(modulus: Uint8Array): number | null {
  const rest = numberOf(modulus) % PRODUCT;
  return SMALL_PRIMES.find((prime) => rest % BigInt(prime) === 0n) ?? null;
}

const P25519 = 2n ** 255n - 19n;
const ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
// y of the points whose order divides 8: with such a key anybody can make signatures that verify.
const SMALL_ORDER = new Set([0n, 1n, P25519 - 1n, ORDER_8, P25519 - ORDER_8]);

/** Why 32 octets are no Ed25519 key that anybody owns; null when they may be. @see RFC 8032, 5.1.3 RFC 7748, 6.1 */
export function ed25519Fault(key: Uint8Array): string | null {
  const y = numberOf([...key].reverse()) & (2n ** 255n - 1n);
  if (y >= P25519) return 'Ed25519 with a number beyond its field';
  return SMALL_ORDER.has(y) ? 'an Ed25519 point of small order' : null;
}

/** A whole number of big-endian octets. */
export function numberOf(octets: Iterable<number>): bigint {
  return BigInt(`0x0${hexOf(Uint8Array.from(octets))}`);
}

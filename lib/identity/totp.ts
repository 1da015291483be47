/** Codes of an authenticator app: six digits, a new one every 30 seconds. @see RFC 6238 */
import { Secret, TOTP } from 'otpauth';
import { SECOND_MS } from '@/lib/kernel/time';

const PERIOD_SECONDS = 30;
// RFC 4226, 4, R6: at least 128 bits, 160 recommended.
const SECRET_BYTES = 20;
// RFC 6238, 5.2: one step for clocks that differ and people who type slowly.
const STEPS_BESIDE = 1;

/** @returns base 32 */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** What the app reads from the picture. @param given.issuer under which name the app lists it */
export function totpUri(given: { secret: string; email: string; issuer: string }): string {
  return totpOf(given.secret, { issuer: given.issuer, label: given.email }).toString();
}

/** The time step that a code belongs to, now or one beside it; null for any other code. */
export function stepOfCode(code: string, secret: string, now: Date): bigint | null {
  if (!/^\d{6}$/.test(code)) return null;
  const timestamp = now.getTime();
  const delta = totpOf(secret).validate({ token: code, timestamp, window: STEPS_BESIDE });
  if (delta === null) return null;
  return BigInt(Math.floor(timestamp / (PERIOD_SECONDS * SECOND_MS)) + delta);
}

function totpOf(secret: string, names: { issuer?: string; label?: string } = {}): TOTP {
  return new TOTP({
    ...names,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
  });
}

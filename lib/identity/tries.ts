import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { processWide } from '@/lib/platform/process-wide';

const LIMITS = {
  /** Of an address at an e-mail, or of a person at what they prove. */
  guess: { points: 10, minutes: 1 },
  /** Three of a million codes are right at a time: guessing one takes years. Only who knows the password gets here. */
  code: { points: 5, minutes: 15 },
  /** What costs a mail, or a row, and needs no proof. */
  mail: { points: 5, minutes: 15 },
} as const;

/**
 * Counts a try to prove something by guessing.
 * @param key who tries at what: an address and an e-mail, or a person
 * @throws AppError `rate_limited` after too many
 */
export async function countTry(key: string, kind: keyof typeof LIMITS = 'guess'): Promise<void> {
  try {
    await limiterOf(kind).consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw tooMany(refusal.msBeforeNext);
  }
}

/** What was right was no guess. */
export async function forgetTries(key: string, kind: keyof typeof LIMITS): Promise<void> {
  await limiterOf(kind).delete(key);
}

export function tooMany(waitMs: number): AppError {
  const seconds = Math.max(1, Math.ceil(waitMs / SECOND_MS));
  return new AppError('rate_limited', {
    detail: `Too many tries to sign in. Try again in ${seconds} seconds.`,
    retryAfterSeconds: seconds,
  });
}

function limiterOf(kind: keyof typeof LIMITS): RateLimiterMemory {
  const { points, minutes } = LIMITS[kind];
  return processWide(
    `tries-${kind}`,
    () => new RateLimiterMemory({ points, duration: (minutes * MINUTE_MS) / SECOND_MS }),
  );
}

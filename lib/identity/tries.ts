import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { processWide } from '@/lib/platform/process-wide';

const TRIES_PER_MINUTE = 10;

/**
 * Counts a try to prove something by guessing.
 * @param key who tries at what: an address and an e-mail, or a person
 * @throws AppError `rate_limited` after ten tries a minute
 */
export async function countTry(key: string): Promise<void> {
  const limiter = processWide(
    'sign-in-limiter',
    () => new RateLimiterMemory({ points: TRIES_PER_MINUTE, duration: MINUTE_MS / SECOND_MS }),
  );
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw tooMany(refusal.msBeforeNext);
  }
}

export function tooMany(waitMs: number): AppError {
  const seconds = Math.max(1, Math.ceil(waitMs / SECOND_MS));
  return new AppError('rate_limited', {
    detail: `Too many tries to sign in. Try again in ${seconds} seconds.`,
    retryAfterSeconds: seconds,
  });
}

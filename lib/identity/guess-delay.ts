/**
 * After several wrong passwords for one e-mail, from wherever, the next try has to wait, longer each time. Who signed in
 * in this browser before does not wait, so that nobody is locked out by others guessing. It is counted by what was
 * typed, whether or not there is such a person.
 */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { processWide } from '@/lib/platform/process-wide';
import { sha256 } from '@/lib/platform/random';
import { tooMany } from './tries';

const FREE = 5;
const MAX_DELAY_MS = 5 * MINUTE_MS;

/** @throws AppError `rate_limited` while a try for this e-mail has to wait */
export async function mustNotWait(email: string): Promise<void> {
  const until = waits().get(keyOf(email));
  const waitMs = (until ?? 0) - currentTime().getTime();
  if (waitMs > 0) throw tooMany(waitMs);
}

export async function noteWrongGuess(email: string): Promise<void> {
  const key = keyOf(email);
  const { consumedPoints } = await guesses().penalty(key);
  const beyond = consumedPoints - FREE;
  if (beyond < 0) return;
  const now = currentTime().getTime();
  const map = waits();
  // What has passed is forgotten, so that guessing at many e-mails fills nothing.
  for (const [one, until] of map) if (until <= now) map.delete(one);
  map.set(key, now + Math.min(2 ** beyond * SECOND_MS, MAX_DELAY_MS));
}

export async function forgetGuesses(email: string): Promise<void> {
  waits().delete(keyOf(email));
  await guesses().delete(keyOf(email));
}

function guesses(): RateLimiterMemory {
  return processWide(
    'wrong-guesses',
    () => new RateLimiterMemory({ points: FREE, duration: HOUR_MS / SECOND_MS }),
  );
}

function waits(): Map<string, number> {
  return processWide('guess-waits', () => new Map<string, number>());
}

function keyOf(email: string): string {
  return Buffer.from(sha256(email)).toString('base64url');
}

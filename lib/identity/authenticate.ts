/** From e-mail and password to a session row. Both next-auth's endpoint and our own form end here. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { z } from 'zod';
import { systemScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { processWide } from '@/lib/platform/process-wide';
import { newId } from '@/lib/platform/random';
import type { RequestFacts } from '@/lib/platform/request-facts';
import { PASSWORD_MAX_CHARACTERS, passwordMatches } from './passwords';

export const SESSION_MS = 12 * HOUR_MS;
const TRIES_PER_MINUTE = 10;
const storable = /^[^\0]*$/;
const credentialsSchema = z.object({
  email: z.string().max(254).regex(storable),
  password: z.string().max(PASSWORD_MAX_CHARACTERS),
});

/**
 * Opens a session, or returns null for a wrong e-mail, a wrong password and a disabled person alike.
 * @throws AppError `rate_limited` after ten tries a minute for one address and e-mail
 */
export async function authenticate(
  credentials: unknown,
  request: RequestFacts,
): Promise<{ sessionId: string; personId: string } | null> {
  const given = credentialsSchema.safeParse(credentials);
  const email = given.success ? given.data.email.trim().toLowerCase() : 'nobody';
  await countTry(`${request.address}|${email}`);
  const scope = systemScope('authentication', request.requestId);
  const person = await acrossAccounts(scope, (tx) =>
    tx.person.findFirst({ where: { email, disabledAt: null } }),
  );
  const password = given.success ? given.data.password : '';
  const matches = await passwordMatches(password, person?.passwordHash ?? null);
  if (!matches || !person) return null;
  return acrossAccounts(scope, async (tx) => {
    const now = currentTime();
    const membership = await tx.membership.findFirst({
      where: { personId: person.id, disabledAt: null },
      orderBy: { createdAt: 'asc' },
    });
    const session = await tx.session.create({
      data: {
        id: newId('session'),
        personId: person.id,
        accountId: membership?.accountId ?? null,
        createdAt: now,
        expiresAt: new Date(now.getTime() + SESSION_MS),
        userAgent: request.userAgent,
      },
    });
    await recordEvent(tx, {
      chain: membership?.accountId ?? DEPLOYMENT_CHAIN,
      actor: { kind: 'person', id: person.id, name: person.name },
      requestId: request.requestId,
      action: 'session.opened',
      object: { kind: 'session', id: session.id },
      detail: {},
    });
    return { sessionId: session.id, personId: person.id };
  });
}

async function countTry(key: string): Promise<void> {
  const limiter = processWide(
    'sign-in-limiter',
    () => new RateLimiterMemory({ points: TRIES_PER_MINUTE, duration: MINUTE_MS / SECOND_MS }),
  );
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / SECOND_MS));
    throw new AppError('rate_limited', {
      detail: `Too many tries to sign in. Try again in ${seconds} seconds.`,
      retryAfterSeconds: seconds,
    });
  }
}

/** From e-mail and password to a session row. Both next-auth's endpoint and our own form end here. */
import { z } from 'zod';
import { systemScope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { PASSWORD_MAX_CHARACTERS } from '@/lib/kernel/password-length';
import { acrossAccounts } from '@/lib/platform/database';
import type { RequestFacts } from '@/lib/platform/request-facts';
import { forgetGuesses, mustNotWait, noteWrongGuess } from './guess-delay';
import { type Opened, openSession } from './open-session';
import { passwordMatches } from './passwords';
import { countTry } from './tries';

const storable = /^[^\0]*$/;
const credentialsSchema = z.object({
  email: z.string().max(254).regex(storable),
  password: z.string().max(PASSWORD_MAX_CHARACTERS),
});

/**
 * Opens a session, or returns null for a wrong e-mail, a wrong password and a disabled person alike.
 * @throws AppError `rate_limited`; `second_factor_required` for who has one, since a password alone signs them in nowhere
 */
export async function authenticate(
  credentials: unknown,
  request: RequestFacts,
): Promise<Opened | null> {
  const person = await provePassword(credentials, request);
  if (person === null) return null;
  if (person.factors === 'set') {
    throw new AppError('second_factor_required', {
      detail: 'This person has a second factor. Sign in at /sign-in, where it is asked for.',
    });
  }
  return acrossAccounts(systemScope('authentication', request.requestId), (tx) =>
    openSession(tx, { person, request, method: 'password', confinedTo: null }),
  );
}

export type Proved = {
  id: string;
  name: string;
  passwordHash: string;
  factors: 'set' | 'none';
};

/**
 * Whose e-mail and password these are; null for every reason alike, after the same work.
 * @param known ids of the people who signed in in this browser before
 * @throws AppError `rate_limited` after ten tries a minute for one address and e-mail, and while wrong guesses at this
 *   e-mail make everybody wait but those who are known
 */
export async function provePassword(
  credentials: unknown,
  request: RequestFacts,
  known: readonly string[] = [],
): Promise<Proved | null> {
  const given = credentialsSchema.safeParse(credentials);
  const email = given.success ? given.data.email.trim().toLowerCase() : 'nobody';
  await countTry(`${request.address}|${email}`);
  const person = await acrossAccounts(systemScope('authentication', request.requestId), (tx) =>
    tx.person.findFirst({
      where: { email, disabledAt: null },
      include: { passkeys: { select: { id: true }, take: 1 } },
    }),
  );
  if (!person || !known.includes(person.id)) await mustNotWait(email);
  const password = given.success ? given.data.password : '';
  const matches = await passwordMatches(password, person?.passwordHash ?? null);
  if (!matches || !person?.passwordHash) {
    await noteWrongGuess(email);
    return null;
  }
  await forgetGuesses(email);
  const { id, name, passwordHash, totpSince, passkeys } = person;
  return {
    ...{ id, name, passwordHash },
    factors: totpSince || passkeys.length > 0 ? 'set' : 'none',
  };
}

/** From e-mail and password to a session row. Both next-auth's endpoint and our own form end here. */
import { z } from 'zod';
import { systemScope } from '@/lib/access/scope';
import { acrossAccounts } from '@/lib/platform/database';
import type { RequestFacts } from '@/lib/platform/request-facts';
import { type Opened, openSession } from './open-session';
import { PASSWORD_MAX_CHARACTERS, passwordMatches } from './passwords';
import { countTry } from './tries';

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
): Promise<Opened | null> {
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
  return acrossAccounts(scope, (tx) =>
    openSession(tx, { person, request, method: 'password', confinedTo: null }),
  );
}

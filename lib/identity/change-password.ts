import { AppError } from '@/lib/kernel/errors';
import { sendPersonalMail } from '@/lib/mail/personal';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { authorizeOwnSignIn, recordOwn } from './own';
import { endOthers } from './own-sessions';
import { mustBeGoodPassword } from './password-rules';
import { hashPassword, passwordMatches } from './passwords';
import type { SignedIn } from './read-session';
import { countTry } from './tries';

/**
 * Sets a new password and ends every other session of the person.
 * @throws AppError `proof_refused`, `invalid_request` with what is wrong with the new password, `rate_limited`, `forbidden`
 */
export async function changePassword(
  found: SignedIn,
  given: { current: string; next: string },
): Promise<{ ended: number }> {
  const own = authorizeOwnSignIn(found);
  await countTry(`person|${own.personId}`);
  const person = await acrossAccounts(own.scope, (tx) =>
    tx.person.findUniqueOrThrow({ where: { id: own.personId } }),
  );
  if (!(await passwordMatches(given.current, person.passwordHash))) {
    throw new AppError('proof_refused', {
      detail: 'The password you use now is not right. Nothing was changed.',
    });
  }
  mustBeGoodPassword(given.next, person);
  const passwordHash = await hashPassword(given.next);
  return acrossAccounts(own.scope, async (tx) => {
    const now = currentTime();
    // Whoever changed it in between knows a password that this person did not prove.
    const { count } = await tx.person.updateMany({
      where: { id: person.id, passwordHash: person.passwordHash },
      data: { passwordHash, passwordChangedAt: now },
    });
    if (count === 0) {
      throw new AppError('proof_refused', {
        detail: 'The password was changed a moment ago. Sign in with the new one.',
      });
    }
    const ended = await endOthers(tx, own);
    await tx.session.update({ where: { id: own.sessionId }, data: { authenticatedAt: now } });
    await recordOwn(tx, own, { action: 'person.password-changed' });
    await sendPersonalMail(tx, {
      ...{ address: person.email, personId: person.id, reader: person.name },
      data: { kind: 'password-changed', how: 'changed' },
      key: `password-changed/${person.id}/${now.toISOString()}`,
    });
    return { ended };
  });
}

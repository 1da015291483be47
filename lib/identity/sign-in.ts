import { systemScope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { acrossAccounts } from '@/lib/platform/database';
import { requestFacts } from '@/lib/platform/request';
import { authenticate } from './authenticate';
import { endSession } from './end-session';
import { requirePerson, signedIn } from './session';
import { dropSessionCookie, setSessionCookie } from './session-cookie';

/** Signs in and sets the cookie. For a server action; the same cookie as next-auth's own endpoint sets. */
export async function signIn(credentials: {
  email: string;
  password: string;
}): Promise<{ ok: true } | { ok: false; message: string }> {
  try {
    const opened = await authenticate(credentials, await requestFacts());
    if (!opened) {
      return {
        ok: false,
        message: 'The e-mail address or the password is not right. Check both and try again.',
      };
    }
    await setSessionCookie(opened);
    return { ok: true };
  } catch (error) {
    if (error instanceof AppError && error.code === 'rate_limited') {
      return { ok: false, message: error.detail };
    }
    throw error;
  }
}

/** Ends the session for good, not just in this browser. */
export async function signOut(): Promise<void> {
  const found = await signedIn();
  if (found) await endSession(found.sessionId);
  await dropSessionCookie();
}

/**
 * Turns the session to another account of the person's own. Staff see others as their customers by a view, which ends.
 * @throws AppError `not_found`; `forbidden` while an account is viewed
 */
export async function switchAccount(accountId: unknown): Promise<void> {
  const found = await requirePerson();
  if (found.viewing) {
    throw new AppError('forbidden', {
      detail: 'You see an account as its customers do. End the view before you open another.',
    });
  }
  const own = found.memberships.find((membership) => membership.accountId === accountId);
  if (!own) throw new AppError('not_found', { detail: 'There is no such account.' });
  await acrossAccounts(systemScope('authentication', found.principal.requestId), (tx) =>
    tx.session.update({ where: { id: found.sessionId }, data: { accountId: own.accountId } }),
  );
}

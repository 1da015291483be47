import { authorizeDeployment, systemScope } from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { isId } from '@/lib/kernel/ids';
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
 * Turns the session to another account: one of the person's own, or, for staff, any (which its customers see).
 * @throws AppError `not_found`, `forbidden`
 */
export async function switchAccount(accountId: unknown): Promise<void> {
  if (!isId('account', accountId)) {
    throw new AppError('not_found', { detail: 'There is no such account.' });
  }
  const found = await requirePerson();
  const own = found.memberships.some((membership) => membership.accountId === accountId);
  const scope = own
    ? systemScope('authentication', found.principal.requestId)
    : authorizeDeployment(found.principal, 'accounts.list');
  await acrossAccounts(scope, async (tx) => {
    const account = await tx.account.findUnique({ where: { id: accountId } });
    if (!account) throw new AppError('not_found', { detail: 'There is no such account.' });
    await tx.session.update({ where: { id: found.sessionId }, data: { accountId } });
    if (own) return;
    await recordEvent(tx, {
      chain: accountId,
      actor: found.principal.actor,
      requestId: found.principal.requestId,
      action: 'account.looked-into',
      object: { kind: 'account', id: accountId },
      detail: {},
    });
  });
}

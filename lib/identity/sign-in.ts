import { cookies } from 'next/headers';
import { encode } from 'next-auth/jwt';
import { authorizeDeployment, systemScope } from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { isId } from '@/lib/kernel/ids';
import { acrossAccounts } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { requestFacts } from '@/lib/platform/request';
import { SESSION_COOKIE } from './auth-options';
import { authenticate, SESSION_MS } from './authenticate';
import { endSession } from './end-session';
import { requireSignedIn, signedIn } from './session';

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
    const maxAge = SESSION_MS / 1000;
    const token = await encode({
      token: { sub: opened.personId, sessionId: opened.sessionId },
      secret: deployment().authSecret,
      maxAge,
    });
    const jar = await cookies();
    jar.set(SESSION_COOKIE, token, {
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure: true,
      maxAge,
    });
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
  (await cookies()).delete({ name: SESSION_COOKIE, path: '/', secure: true });
}

/**
 * Turns the session to another account: one of the person's own, or, for staff, any (which its customers see).
 * @throws AppError `not_found`, `forbidden`
 */
export async function switchAccount(accountId: unknown): Promise<void> {
  if (!isId('account', accountId)) {
    throw new AppError('not_found', { detail: 'There is no such account.' });
  }
  const found = await requireSignedIn();
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

import { systemScope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { acrossAccounts } from '@/lib/platform/database';
import { requestFacts } from '@/lib/platform/request';
import type { RequestFacts } from '@/lib/platform/request-facts';
import { provePassword } from './authenticate';
import { endSession } from './end-session';
import { dropHalfSession, readHalfSession, setHalfSession } from './half-session';
import { knownPeople, rememberDevice } from './known-device';
import { tellOfNewDevice } from './new-device';
import { type Opened, openSession } from './open-session';
import { authenticationAnswer } from './passkey-answers';
import { proveByPasskey } from './passkeys';
import { proveByCode } from './second-factor';
import { requirePerson, signedIn } from './session';
import { dropSessionCookie, setSessionCookie } from './session-cookie';

export type SignInOutcome =
  | { is: 'signed in' }
  | { is: 'asked for the second factor' }
  | { is: 'refused'; message: string };

/** Signs in and sets the cookie, or, for who has a second factor, leads on to it. For a server action. */
export async function signIn(credentials: {
  email: string;
  password: string;
}): Promise<SignInOutcome> {
  return said(async () => {
    const request = await requestFacts();
    const person = await provePassword(credentials, request, await knownPeople());
    if (!person) {
      return {
        is: 'refused',
        message: 'The e-mail address or the password is not right. Check both and try again.',
      };
    }
    if (person.factors === 'set') {
      await setHalfSession(person);
      return { is: 'asked for the second factor' };
    }
    const opened = await acrossAccounts(systemScope('authentication', request.requestId), (tx) =>
      openSession(tx, { person, request, method: 'password', confinedTo: null }),
    );
    await enter(opened, request);
    return { is: 'signed in' };
  });
}

/** The second half of signing in: a code of the app, or a recovery code. */
export async function signInWithCode(code: string): Promise<SignInOutcome> {
  return said(async () => {
    const request = await requestFacts();
    const person = await readHalfSession(request.requestId);
    if (!person) {
      return { is: 'refused', message: 'That took longer than five minutes. Sign in again.' };
    }
    const opened = await acrossAccounts(
      systemScope('authentication', request.requestId),
      async (tx) => {
        const way = await proveByCode(tx, person.id, code);
        if (way === null) return null;
        const detail = { secondFactor: way };
        return openSession(tx, { person, request, method: 'password', confinedTo: null, detail });
      },
    );
    if (!opened) {
      return {
        is: 'refused',
        message:
          'The code is not right, or it was used before. Wait for the next one, or use a recovery code that you have not used.',
      };
    }
    await enter(opened, request);
    return { is: 'signed in' };
  });
}

/** A passkey alone signs in: it is something one has, and its own unlocking is the other factor. */
export async function signInWithPasskey(answer: unknown): Promise<SignInOutcome> {
  return said(async () => {
    const [request, found] = [await requestFacts(), await signedIn()];
    const opened = await acrossAccounts(
      systemScope('authentication', request.requestId),
      async (tx) => {
        const response = authenticationAnswer(answer);
        const person = await proveByPasskey(tx, { response, found });
        return openSession(tx, { person, request, method: 'passkey', confinedTo: null });
      },
    );
    await enter(opened, request);
    return { is: 'signed in' };
  });
}

/** Gives the browser the session; a browser that was new to the person is told to them. */
async function enter(opened: Opened, request: RequestFacts): Promise<void> {
  const { personId, sessionId } = opened;
  if (!(await knownPeople()).includes(personId)) {
    await tellOfNewDevice(opened, request);
    await rememberDevice(personId);
  }
  await dropHalfSession();
  await setSessionCookie({ personId, sessionId });
}

async function said(work: () => Promise<SignInOutcome>): Promise<SignInOutcome> {
  try {
    return await work();
  } catch (error) {
    if (
      error instanceof AppError &&
      ['rate_limited', 'invalid_request', 'proof_refused'].includes(error.code)
    ) {
      return { is: 'refused', message: error.detail };
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

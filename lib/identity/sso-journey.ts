/** A person's way to their identity provider and back; what they set out for is kept in a sealed cookie meanwhile. */
import { cookies } from 'next/headers';
import { decode, encode } from 'next-auth/jwt';
import { z } from 'zod';
import { systemScope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { acrossAccounts } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { requestFacts } from '@/lib/platform/request';
import { authorizeOwn, authorizeOwnSignIn } from './own';
import { signedIn } from './session';
import { setSessionCookie } from './session-cookie';
import { connectionById } from './sso-connections';
import { beginJourney, endJourney } from './sso-provider';
import { confirmBySso, linkSso, signInBySso } from './sso-sign-in';
import { countTry } from './tries';

export const SSO_PURPOSES = ['sign-in', 'link', 'confirm'] as const;
export type SsoPurpose = (typeof SSO_PURPOSES)[number];

const COOKIE = '__Host-countersign.sso';
const SALT = 'sso-journey';
const LASTS_SECONDS = (10 * MINUTE_MS) / SECOND_MS;
const luggage = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  connection: z.string(),
  purpose: z.enum(SSO_PURPOSES),
  next: z.string(),
  /** Whose session set out, for what is done to one's own sign-in. */
  sessionId: z.string().nullable(),
});

/** @returns where the browser has to go @throws AppError `not_found`, `invalid_request`, `forbidden` */
export async function setOut(wish: {
  connectionId: string;
  purpose: SsoPurpose;
  next: string;
}): Promise<string> {
  // Each asks the provider what it is, which nobody makes us do as often as they like.
  await countTry(`sso-journey|${(await requestFacts()).address}`);
  const connection = await connectionOf(wish.connectionId);
  const found = wish.purpose === 'sign-in' ? null : await mustBeSignedIn();
  if (found && wish.purpose === 'link') authorizeOwnSignIn(found);
  else if (found) authorizeOwn(found);
  const proof = wish.purpose === 'confirm' ? 'fresh' : 'any';
  const { url, journey } = await beginJourney(connection, proof);
  const token = await encode({
    token: {
      ...journey,
      connection: connection.id,
      purpose: wish.purpose,
      next: wish.next,
      sessionId: found?.sessionId ?? null,
    },
    ...{ secret: deployment().authSecret, salt: SALT, maxAge: LASTS_SECONDS },
  });
  // Lax: the provider's redirect comes from another site.
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure: true } as const;
  (await cookies()).set(COOKIE, token, { ...options, maxAge: LASTS_SECONDS });
  return url;
}

/** @returns where to go on @throws AppError with what to do */
export async function comeBack(query: Record<string, string>): Promise<string> {
  const jar = await cookies();
  const token = jar.get(COOKIE)?.value;
  jar.delete({ name: COOKIE, path: '/', secure: true });
  const secret = deployment().authSecret;
  const claims = token ? await decode({ token, secret, salt: SALT }).catch(() => null) : null;
  const packed = luggage.safeParse(claims);
  if (!packed.success) {
    throw new AppError('invalid_request', {
      detail: 'This did not begin here, or took longer than ten minutes. Start again.',
    });
  }
  const { connection: id, purpose, next, sessionId, ...journey } = packed.data;
  const connection = await connectionOf(id);
  const proof = purpose === 'confirm' ? 'fresh' : 'any';
  const sent = { connection, claims: await endJourney(connection, { query, journey, proof }) };
  if (purpose === 'sign-in') {
    await setSessionCookie(await signInBySso(sent, await requestFacts()));
    return next;
  }
  const found = await mustBeSignedIn();
  if (found.sessionId !== sessionId) {
    throw new AppError('forbidden', { detail: 'Somebody else signed in meanwhile. Start again.' });
  }
  await (purpose === 'link' ? linkSso(found, sent) : confirmBySso(found, sent));
  return next;
}

async function connectionOf(id: string) {
  const { requestId } = await requestFacts();
  const connection = await acrossAccounts(systemScope('authentication', requestId), (tx) =>
    connectionById(tx, id),
  );
  if (connection) return connection;
  throw new AppError('not_found', { detail: 'There is no such identity provider here.' });
}

async function mustBeSignedIn() {
  const found = await signedIn();
  if (found) return found;
  throw new AppError('forbidden', { detail: 'Your session has ended. Sign in again.' });
}

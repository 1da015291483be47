/**
 * Who is asking, re-read on every request: session, person, membership and suspension, so that every change of them
 * holds on the next request.
 */

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { getServerSession } from 'next-auth';
import { cache } from 'react';
import { requestFacts } from '@/lib/platform/request';
import { PATH_HEADER } from '@/lib/platform/request-facts';
import { authOptions } from './auth-options';
import { readSession, type SignedIn } from './read-session';

export type { SignedIn };

/** What pages ask by themselves while they are open. It keeps no session alive. */
const BACKGROUND = /^\/(edges\/behind|enforcement\/news|connect\/stream)\b/;

/** The person behind this request, or null. Read once per request. */
export const signedIn = cache(async (): Promise<SignedIn | null> => {
  const session: unknown = await getServerSession(authOptions());
  if (session === null || typeof session !== 'object' || !('sessionId' in session)) return null;
  if (typeof session.sessionId !== 'string') return null;
  const { requestId } = await requestFacts();
  const asking = BACKGROUND.test(await pathAsked()) ? 'in the background' : 'by a person';
  return readSession(session.sessionId, requestId, asking);
});

/** The person behind this request; anyone else is sent to sign in and back, or to what they must do first. */
export async function requireSignedIn(): Promise<SignedIn> {
  const found = await requirePerson();
  if (found.must === 'nothing') return found;
  redirect(`/second-factor?next=${encodeURIComponent(await pathAsked())}`);
}

/** The person behind this request, whatever they must do first: for what is done to one's own sign-in. */
export async function requirePerson(): Promise<SignedIn> {
  const found = await signedIn();
  if (found) return found;
  const path = await pathAsked();
  redirect(path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`);
}

async function pathAsked(): Promise<string> {
  return (await headers()).get(PATH_HEADER) ?? '/';
}

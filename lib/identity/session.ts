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

/** The person behind this request, or null. Read once per request. */
export const signedIn = cache(async (): Promise<SignedIn | null> => {
  const session: unknown = await getServerSession(authOptions());
  if (session === null || typeof session !== 'object' || !('sessionId' in session)) return null;
  if (typeof session.sessionId !== 'string') return null;
  const { requestId } = await requestFacts();
  return readSession(session.sessionId, requestId);
});

/** The person behind this request; anyone else is sent to sign in and back. */
export async function requireSignedIn(): Promise<SignedIn> {
  const found = await signedIn();
  if (found) return found;
  const path = (await headers()).get(PATH_HEADER) ?? '/';
  redirect(path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`);
}

import { cookies } from 'next/headers';
import { encode } from 'next-auth/jwt';
import { SECOND_MS } from '@/lib/kernel/time';
import { deployment } from '@/lib/platform/deployment';
import { SESSION_COOKIE } from './auth-options';
import type { Opened } from './open-session';

/** Gives this browser the session: the same cookie as next-auth's own endpoint sets. */
export async function setSessionCookie(opened: Opened): Promise<void> {
  const { authSecret, sessionLimits } = deployment();
  const maxAge = sessionLimits.absoluteMs / SECOND_MS;
  const token = await encode({
    token: { sub: opened.personId, sessionId: opened.sessionId },
    secret: authSecret,
    maxAge,
  });
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure: true, maxAge } as const;
  (await cookies()).set(SESSION_COOKIE, token, options);
}

export async function dropSessionCookie(): Promise<void> {
  (await cookies()).delete({ name: SESSION_COOKIE, path: '/', secure: true });
}

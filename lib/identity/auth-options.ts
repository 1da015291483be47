import type { NextAuthOptions } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';
import { SECOND_MS } from '@/lib/kernel/time';
import { deployment } from '@/lib/platform/deployment';
import { log } from '@/lib/platform/log';
import { requestFacts } from '@/lib/platform/request';
import { authenticate } from './authenticate';
import { endSession } from './end-session';

/** `__Host-`: only this very host may set it, over TLS (or on localhost), for the whole site. */
export const SESSION_COOKIE = '__Host-countersign.session';

const cookieOptions = { httpOnly: true, sameSite: 'lax', path: '/', secure: true } as const;

/**
 * The token carries a session row's id and nothing to trust: `signedIn` reads the row on every request.
 */
export function authOptions(): NextAuthOptions {
  return {
    secret: deployment().authSecret,
    session: { strategy: 'jwt', maxAge: deployment().sessionLimits.absoluteMs / SECOND_MS },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    cookies: {
      sessionToken: { name: SESSION_COOKIE, options: cookieOptions },
      csrfToken: { name: '__Host-countersign.csrf', options: cookieOptions },
      callbackUrl: { name: '__Host-countersign.callback', options: cookieOptions },
    },
    providers: [
      CredentialsProvider({
        name: 'E-mail and password',
        credentials: {
          email: { label: 'Email', type: 'email' },
          password: { label: 'Password', type: 'password' },
        },
        async authorize(credentials) {
          const opened = await authenticate(credentials, await requestFacts());
          return opened ? { id: opened.personId, sessionId: opened.sessionId } : null;
        },
      }),
    ],
    events: {
      async signOut({ token }) {
        if (typeof token?.sessionId === 'string') await endSession(token.sessionId);
      },
    },
    // next-auth prints what a client sent as it is; a code in a JSON line cannot forge another line.
    logger: {
      error: (code) => log().warn({ code }, 'next-auth'),
      warn: (code) => log().info({ code }, 'next-auth'),
      debug: () => undefined,
    },
    callbacks: {
      jwt({ token, user }) {
        if (user && 'sessionId' in user) return { sub: user.id, sessionId: user.sessionId };
        return token;
      },
      session({ session, token }) {
        return { expires: session.expires, sessionId: token.sessionId };
      },
      redirect({ url, baseUrl }) {
        if (url.startsWith('/') && !url.startsWith('//')) return `${baseUrl}${url}`;
        return URL.canParse(url) && new URL(url).origin === baseUrl ? url : baseUrl;
      },
    },
  };
}

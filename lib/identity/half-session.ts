/**
 * Between the password and the second factor: a cookie that says whose password was right, for five minutes. It opens
 * nothing, and is worth nothing once the password was changed.
 */
import { cookies } from 'next/headers';
import { decode, encode } from 'next-auth/jwt';
import { systemScope } from '@/lib/access/scope';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { acrossAccounts } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { sha256 } from '@/lib/platform/random';
import type { Proved } from './authenticate';

const COOKIE = '__Host-countersign.half';
const LASTS_SECONDS = (5 * MINUTE_MS) / SECOND_MS;
// Keys of its own: neither cookie can be read as the other.
const SALT = 'half-session';

export async function setHalfSession({ id, passwordHash }: Proved): Promise<void> {
  const token = await encode({
    token: { sub: id, password: fingerprint(passwordHash) },
    secret: deployment().authSecret,
    salt: SALT,
    maxAge: LASTS_SECONDS,
  });
  (await cookies()).set(COOKIE, token, {
    ...({ httpOnly: true, sameSite: 'strict', path: '/', secure: true } as const),
    maxAge: LASTS_SECONDS,
  });
}

export async function dropHalfSession(): Promise<void> {
  (await cookies()).delete({ name: COOKIE, path: '/', secure: true });
}

/** Whose password was right in this browser within the last five minutes, and what they have beside it. */
export async function readHalfSession(
  requestId: string,
): Promise<{ id: string; name: string; app: 'on' | 'none'; passkeys: number } | null> {
  const token = (await cookies()).get(COOKIE)?.value;
  if (!token) return null;
  const { authSecret: secret } = deployment();
  const claims = await decode({ token, secret, salt: SALT }).catch(() => null);
  if (!claims?.sub) return null;
  const id = claims.sub;
  const person = await acrossAccounts(systemScope('authentication', requestId), (tx) =>
    tx.person.findFirst({
      where: { id, disabledAt: null },
      include: { _count: { select: { passkeys: true } } },
    }),
  );
  if (!person?.passwordHash || claims.password !== fingerprint(person.passwordHash)) return null;
  const { name, totpSince, _count } = person;
  return { id, name, app: totpSince ? 'on' : 'none', passkeys: _count.passkeys };
}

function fingerprint(passwordHash: string): string {
  return Buffer.from(sha256(passwordHash)).toString('base64url').slice(0, 22);
}

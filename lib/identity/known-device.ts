/** Who signed in in this browser before: a sealed cookie that opens nothing. */
import { cookies } from 'next/headers';
import { decode, encode } from 'next-auth/jwt';
import { z } from 'zod';
import { DAY_MS, SECOND_MS } from '@/lib/kernel/time';
import { deployment } from '@/lib/platform/deployment';

const COOKIE = '__Host-countersign.device';
const SALT = 'known-device';
const LASTS_SECONDS = (365 * DAY_MS) / SECOND_MS;
const MAX_PEOPLE = 5;
const kept = z.object({ people: z.array(z.string()).max(MAX_PEOPLE) });

/** Ids of the people, the last first. */
export async function knownPeople(): Promise<string[]> {
  const token = (await cookies()).get(COOKIE)?.value;
  if (!token) return [];
  const given = { token, secret: deployment().authSecret, salt: SALT };
  const claims = kept.safeParse(await decode(given).catch(() => null));
  return claims.success ? claims.data.people : [];
}

export async function rememberDevice(personId: string): Promise<void> {
  const others = (await knownPeople()).filter((id) => id !== personId);
  const token = await encode({
    token: { people: [personId, ...others].slice(0, MAX_PEOPLE) },
    ...{ secret: deployment().authSecret, salt: SALT, maxAge: LASTS_SECONDS },
  });
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure: true } as const;
  (await cookies()).set(COOKIE, token, { ...options, maxAge: LASTS_SECONDS });
}

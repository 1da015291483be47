import { decode, encode } from 'next-auth/jwt';
import { deployment } from '@/lib/platform/deployment';

// Sealed, so that nobody makes the portal say their words by a link.
const SALT = 'trouble';
const LASTS_SECONDS = 120;

/** What went wrong, for an address that leads to the page which says it. */
export function sealTrouble(detail: string): Promise<string> {
  return encode({
    token: { detail },
    ...{ secret: deployment().authSecret, salt: SALT, maxAge: LASTS_SECONDS },
  });
}

/** @returns null for what was not sealed here, or is too old to matter */
export async function openTrouble(sealed: unknown): Promise<string | null> {
  if (typeof sealed !== 'string' || sealed.length > 4_000) return null;
  const given = { token: sealed, secret: deployment().authSecret, salt: SALT };
  const claims = await decode(given).catch(() => null);
  return typeof claims?.detail === 'string' ? claims.detail : null;
}

import { ENVIRONMENT_WORDS } from '@/components/words';
import type { ApiKeyState, ApiKeyView } from '@/lib/contract/api-keys';

export const SCOPE_WORDS = {
  read: {
    name: 'Read',
    what: 'The account, certificates, enforcement and what edges saw. It changes nothing.',
  },
  certificates: {
    name: 'Certificates',
    what: 'Check requests; issue, renew, rename and revoke certificates.',
  },
  enforcement: { name: 'Enforcement', what: 'Observe, enforce and confirm mTLS, and turn it off.' },
} as const;

export const KEY_STATES: Record<
  ApiKeyState,
  { name: string; shape: 'live' | 'warning' | 'expired' | 'revoked' }
> = {
  live: { name: 'Live', shape: 'live' },
  expiring: { name: 'Expires soon', shape: 'warning' },
  ending: { name: 'Being replaced', shape: 'warning' },
  expired: { name: 'Expired', shape: 'expired' },
  revoked: { name: 'Revoked', shape: 'revoked' },
};

export function isOver({ state }: Pick<ApiKeyView, 'state'>): boolean {
  return state === 'expired' || state === 'revoked';
}

export function environmentsOf({ environment }: Pick<ApiKeyView, 'environment'>): string {
  return environment === null ? 'Production and sandbox' : ENVIRONMENT_WORDS[environment];
}

export function scopesOf(scopes: readonly string[]): string {
  const names = Object.entries(SCOPE_WORDS).flatMap(([scope, { name }]) =>
    scopes.includes(scope) ? name.toLowerCase() : [],
  );
  const text = names.join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function overlapWords(hours: number): string {
  if (hours === 0) return 'At once';
  if (hours % 24 !== 0) return hours === 1 ? 'After 1 hour' : `After ${hours} hours`;
  return hours === 24 ? 'After 1 day' : `After ${hours / 24} days`;
}

/** A first call with a new key, to paste; null where the key may not read. */
export function firstCall(
  publicUrl: string,
  key: string,
  scopes: readonly string[],
): string | null {
  if (!scopes.includes('read')) return null;
  return `curl \\\n  --header 'Authorization: Bearer ${key}' \\\n  '${publicUrl}/api/v1/account'`;
}

/** Addresses of the support desk. */
import type { SupportHit, TimelineKind } from '@/lib/contract/support';

export function searchPath(asked: string): string {
  return `/support?${new URLSearchParams({ q: asked })}`;
}

type AccountQuery = {
  q?: string | undefined;
  certificate?: string | undefined;
  call?: string | undefined;
  event?: string | undefined;
  kind?: TimelineKind | undefined;
  cursor?: string | undefined;
};

const NAMES = ['q', 'certificate', 'call', 'event', 'kind', 'cursor'] as const;

export function casePath(accountId: string, query: AccountQuery = {}): string {
  const params = new URLSearchParams();
  for (const name of NAMES) {
    const value = query[name];
    if (value && value !== 'all') params.set(name, value);
  }
  const path = `/support/accounts/${accountId}`;
  return params.size === 0 ? path : `${path}?${params}`;
}

/** The account, at what was found of it; null where nobody knows whose it is. */
export function hitPath(hit: SupportHit, asked: string): string | null {
  if (!hit.account) return null;
  const at: Partial<Record<SupportHit['kind'], AccountQuery>> = {
    certificate: { certificate: hit.id },
    'refused-call': { call: hit.id },
    change: { event: hit.id },
  };
  return casePath(hit.account.id, { q: asked, ...at[hit.kind] });
}

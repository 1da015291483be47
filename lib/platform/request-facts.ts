/**
 * What the portal's server vouches for about a request. It strips these headers from clients before it sets them, and
 * reads forwarded headers from TRUSTED_PROXIES alone.
 */
export const REQUEST_ID_HEADER = 'x-request-id';
export const ADDRESS_HEADER = 'x-countersign-address';
export const NONCE_HEADER = 'x-countersign-nonce';
export const PATH_HEADER = 'x-countersign-path';

export type RequestFacts = { requestId: string; address: string; userAgent: string | null };

export function factsFrom(from: { get(name: string): string | null }): RequestFacts {
  return {
    requestId: from.get(REQUEST_ID_HEADER) ?? 'unknown',
    address: from.get(ADDRESS_HEADER) ?? 'unknown',
    userAgent: from.get('user-agent')?.slice(0, 200) ?? null,
  };
}

/** What is in our certificates: numbers and names, once, for drafting, linting and docs/certificate-profile.md. */
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';

export const LEAF_PROFILE = {
  /** Clocks of customers' machines are a little late now and then. */
  backdateMs: 5 * MINUTE_MS,
  validityMs: 365 * DAY_MS,
  maxDnsNames: 100,
} as const;

export const ISSUING_PROFILE = { validityMs: 3652 * DAY_MS, pathLength: 0 } as const;
export const ROOT_PROFILE = { validityMs: 7305 * DAY_MS } as const;

/** What subject text may not have; csr-rules.ts says by whose rule. */
export const FORBIDDEN_CHARACTERS = '<>~!@#$%^*/\\()?,&';

/** Whose the certificate is, in the certificate. @see RFC 8141 */
export function accountUri(accountId: string, environment: string): string {
  return `urn:countersign:account:${accountId}:${environment}`;
}

/** What `accountUri` writes. */
export const ACCOUNT_URI = /^urn:countersign:account:[A-Za-z0-9_-]+:[a-z]+$/;

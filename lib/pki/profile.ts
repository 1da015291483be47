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

export const CRL_PROFILE = {
  /** How long foreign software goes on with the list it has when it cannot fetch another. */
  validityMs: 7 * DAY_MS,
  /** A list that nothing changed is made again when it is this old. */
  renewAfterMs: DAY_MS,
  /** A root on a machine that is never online signs the next one when people meet. */
  rootValidityMs: 400 * DAY_MS,
} as const;

export const RESPONDER_PROFILE = {
  backdateMs: 5 * MINUTE_MS,
  // Nobody can revoke it (id-pkix-ocsp-nocheck), so it is not good for long.
  validityMs: 3 * DAY_MS,
} as const;

export const OCSP_PROFILE = {
  /** nginx keeps an answer until then, so it is also how late a revocation may reach it. */
  validityMs: 10 * MINUTE_MS,
  /** Within which caches on the way may answer instead of us. */
  maxAgeMs: MINUTE_MS,
  /** A signed answer is used again until it is this old. */
  renewAfterMs: 5 * MINUTE_MS,
} as const;

/** What subject text may not have; csr-rules.ts says by whose rule. */
export const FORBIDDEN_CHARACTERS = '<>~!@#$%^*/\\()?,&';

/** Whose the certificate is, in the certificate. @see RFC 8141 */
export function accountUri(accountId: string, environment: string): string {
  return `urn:countersign:account:${accountId}:${environment}`;
}

/** What `accountUri` writes. */
export const ACCOUNT_URI = /^urn:countersign:account:[A-Za-z0-9_-]+:[a-z]+$/;

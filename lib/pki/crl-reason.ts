import type { RevocationReason } from '@/lib/kernel/environments';

/** The number of each reason in lists and OCSP answers. @see RFC 5280, 5.3.1 */
export const REASON_CODE = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
} as const satisfies Record<RevocationReason, number>;

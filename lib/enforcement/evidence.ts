import type { Tx } from '@/lib/platform/database';

/** Live certificates of the account and those below it, and when one of them last made a call that passed. */
export async function mtlsEvidence(
  tx: Tx,
  environment: string,
  now: Date,
): Promise<{ live: number; lastSeenAt: Date | null }> {
  const [row] = await tx.$queryRaw<{ live: number; lastSeenAt: Date | null }[]>`
    SELECT live, last_seen_at AS "lastSeenAt" FROM countersign_mtls_evidence(${environment}, ${now})`;
  return row ?? { live: 0, lastSeenAt: null };
}

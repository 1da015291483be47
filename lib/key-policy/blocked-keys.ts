/**
 * Public keys that are never taken again: those whose certificate was revoked because the private key may be known.
 * Reporting and issuing both run under the lock of the one account that holds the key, so neither misses the other.
 */
import type { Scope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { knownWeakKey } from '@/lib/pki/key';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';

/** @param spkiSha256 upper-case hexadecimal */
export async function isBlocked(tx: Tx, spkiSha256: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ blocked: boolean }[]>`
    SELECT countersign_key_blocked(${spkiSha256}) AS blocked`;
  return rows[0]?.blocked === true;
}

/**
 * For a certificate that was signed while its key was reported.
 * @throws AppError `csr_rejected` with the finding `key-known-weak`
 */
export async function refuseBlocked(tx: Tx, spkiSha256: string): Promise<void> {
  if (!(await isBlocked(tx, spkiSha256))) return;
  throw new AppError('csr_rejected', {
    detail: 'The signing request has one fault. The finding says how to mend it.',
    members: { findings: [knownWeakKey()] },
  });
}

/**
 * Blocks a key that the scope's account holds, in every account and environment, for good. The caller holds the
 * account's lock, and revokes what is live. A key that was released to others is theirs to report.
 */
export async function blockKey(tx: Tx, scope: Scope, spkiSha256: string): Promise<void> {
  // Row-level security would refuse the row of a key that is not held.
  await tx.$executeRaw`
    INSERT INTO blocked_key (spki_sha256, why, at)
    SELECT spki_sha256, 'keyCompromise', ${currentTime()} FROM public_key
    WHERE spki_sha256 = ${spkiSha256} AND account_id = ${scope.accountId}
    ON CONFLICT DO NOTHING`;
}

import { AppError } from '@/lib/kernel/errors';
import type { Tx } from '@/lib/platform/database';

/**
 * Locks the account's row until commit: whatever changes slots, certificates, API clients or policy comes through
 * here, so changes of one account are ordered, and so are their numbers at the edge.
 * @throws AppError `not_found`, `account_suspended`
 */
export async function lockAccount(tx: Tx, accountId: string): Promise<{ liveLimit: number }> {
  const rows = await tx.$queryRaw<{ liveLimit: number; suspended: boolean }[]>`
    SELECT live_limit AS "liveLimit", suspended_at IS NOT NULL AS suspended
    FROM account WHERE id = ${accountId} FOR NO KEY UPDATE`;
  const row = rows[0];
  if (!row) throw new AppError('not_found', { detail: 'There is no such account. Check the id.' });
  if (row.suspended) {
    throw new AppError('account_suspended', {
      detail: 'This account is suspended, so nothing can be changed in it. Ask support.',
    });
  }
  return row;
}

import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';

/** Writes on the act that runs there when and by whom it was ended. The caller holds the account's lock. */
export async function noteEnded(
  tx: Tx,
  { accountId, environment, by }: { accountId: string; environment: string; by: string | null },
): Promise<void> {
  await tx.$executeRaw`UPDATE support_act SET ended_at = ${currentTime()}, ended_by = ${by}
    WHERE account_id = ${accountId} AND environment = ${environment} AND kind = 'break-glass'
      AND done_at IS NOT NULL AND ended_at IS NULL`;
}

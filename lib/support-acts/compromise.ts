import type { CompromiseAct } from '@/lib/contract/support-acts';
import { blockKeyIn } from '@/lib/key-policy/operate';
import { recordNotice } from '@/lib/mail/notices';
import type { Tx } from '@/lib/platform/database';
import type { Doing, Done } from './telling';

/**
 * Blocks the key for good and revokes what is live of it, in one transaction: a portal that dies has done all of it or
 * nothing. Edges close open connections when they hear of it; their receipt is taken afterwards.
 */
export async function blockCompromisedKey(
  tx: Tx,
  { scope, row, act }: Omit<Doing<CompromiseAct>, 'accountId'>,
): Promise<Done> {
  const { spkiSha256 } = act;
  const { accountId, revoked } = await blockKeyIn(tx, scope, { spkiSha256, reason: row.reason });
  if (accountId !== null) {
    await recordNotice(tx, {
      accountId,
      key: `act/${row.id}`,
      data: {
        kind: 'key-compromised',
        ...{ by: row.askedBy.name, reason: row.reason, spkiSha256, revoked: revoked.length },
      },
    });
  }
  return { outcome: { revoked }, endsAt: null };
}

/** What follows a certificate: its renewal, or the renewal of that. */
import type { Certificate } from '@/generated/prisma/client';
import type { Tx } from '@/lib/platform/database';

/**
 * The live certificate that renews this one, over any number of steps: the one last seen in traffic before those that
 * never were, of those the newest.
 * @returns null when there is none
 */
export async function renewalOf(
  tx: Tx,
  of: { id: string; accountId: string; environment: string },
  now: Date,
): Promise<Certificate | null> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE later AS (
      SELECT id FROM certificate WHERE replaces_id = ${of.id} AND account_id = ${of.accountId}
      UNION
      SELECT c.id FROM certificate c JOIN later ON c.replaces_id = later.id
    )
    SELECT c.id FROM certificate c JOIN later ON later.id = c.id
    WHERE c.account_id = ${of.accountId} AND c.environment = ${of.environment} AND c.id <> ${of.id}
      AND c.revoked_at IS NULL AND c.not_after > ${now}
    ORDER BY c.last_seen_at DESC NULLS LAST, c.id DESC LIMIT 1`;
  const id = rows[0]?.id;
  return id === undefined ? null : tx.certificate.findUnique({ where: { id } });
}

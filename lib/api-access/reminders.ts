/** Tells people in time that a key is about to end, unless another has taken over from it. */
import type { DeploymentScope } from '@/lib/access/scope';
import { DAY_MS, daysBetween } from '@/lib/kernel/time';
import { recordNotice } from '@/lib/mail/notices';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { SHOWN, viewOf } from './key-view';

/** Whole days before the end, each told once. */
const KEY_EXPIRY_THRESHOLDS = [14, 3, 1] as const;
const AT_ONCE = 200;

/**
 * Writes the notices that are due now. Run by any number of portals, as often as they like: each key and threshold has
 * one notice, and of several missed thresholds the nearest alone is told.
 */
export async function sweepKeyExpiries(scope: DeploymentScope): Promise<void> {
  let after: string | null = '';
  while (after !== null) {
    const from: string = after;
    after = await acrossAccounts(scope, (tx) => sweepPage(tx, from));
  }
}

/** @returns the id that the next page comes after; null at the end */
async function sweepPage(tx: Tx, after: string): Promise<string | null> {
  const now = currentTime();
  const soon = new Date(now.getTime() + (Math.max(...KEY_EXPIRY_THRESHOLDS) + 1) * DAY_MS);
  const rows = await tx.apiKey.findMany({
    where: {
      id: { gt: after },
      revokedAt: null,
      expiresAt: { gt: now, lte: soon },
      replacedBy: { none: {} },
    },
    select: { ...SHOWN, accountId: true },
    orderBy: { id: 'asc' },
    take: AT_ONCE,
  });
  for (const row of rows) {
    const { accountId, expiresAt } = row;
    if (accountId === null || expiresAt === null) continue;
    const daysLeft = daysBetween(now, expiresAt);
    const threshold = KEY_EXPIRY_THRESHOLDS.toReversed().find((days) => daysLeft <= days);
    // A key that was made for less is nobody's surprise.
    if (threshold === undefined || daysBetween(row.createdAt, expiresAt) <= threshold) continue;
    const { id: keyId, name, start, lastUsed } = viewOf(row, now);
    await recordNotice(tx, {
      accountId,
      key: `api-key-expiring/${keyId}/${threshold}`,
      data: {
        ...{ kind: 'api-key-expiring' as const, keyId, name, start, daysLeft },
        expiresAt: expiresAt.toISOString(),
        lastUsedAt: lastUsed?.at ?? null,
      },
    });
  }
  return rows.length < AT_ONCE ? null : (rows.at(-1)?.id ?? null);
}

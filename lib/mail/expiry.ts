/** Tells people in time that a certificate is about to end. */
import type { DeploymentScope } from '@/lib/access/scope';
import { DAY_MS, daysBetween } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { certificateOf, recordNotice } from './notices';

/** Whole days before the end, each told once. */
export const EXPIRY_THRESHOLDS = [30, 14, 7, 3, 1] as const;
// Seen within its last week: what used it has probably not changed over.
const IN_USE_DAYS = 7;
// How far back a sweep looks for ends it was not running for.
const MISSED_DAYS = 3;

/**
 * Writes the notices that are due now. Run by any number of portals, as often as they like: each certificate and
 * threshold has one notice, and of several missed thresholds the nearest alone is told.
 */
export async function sweepExpiries(scope: DeploymentScope): Promise<void> {
  await acrossAccounts(scope, async (tx) => {
    const now = currentTime();
    const soon = new Date(now.getTime() + (Math.max(...EXPIRY_THRESHOLDS) + 1) * DAY_MS);
    const missed = new Date(now.getTime() - MISSED_DAYS * DAY_MS);
    const rows = await tx.certificate.findMany({
      where: { revokedAt: null, notAfter: { gt: missed, lte: soon } },
    });
    for (const row of rows) {
      const about = certificateOf(row);
      const successor = (await successorOf(tx, row))?.label ?? null;
      const { accountId } = row;
      if (row.notAfter > now) {
        const daysLeft = daysBetween(now, row.notAfter);
        const threshold = EXPIRY_THRESHOLDS.toReversed().find((days) => daysLeft <= days);
        if (threshold === undefined) continue;
        const data = { kind: 'certificate-expiring' as const, ...about, daysLeft, successor };
        await recordNotice(tx, { accountId, key: `expiring/${row.id}/${threshold}`, data });
      } else if (row.lastSeenAt && daysBetween(row.lastSeenAt, row.notAfter) < IN_USE_DAYS) {
        const data = { kind: 'certificate-expired' as const, ...about, successor };
        await recordNotice(tx, { accountId, key: `expired/${row.id}`, data });
      }
    }
  });
}

type Row = {
  id: string;
  accountId: string;
  environment: string;
  label: string;
  commonName: string;
  notAfter: Date;
};

/** For the same program, by label or common name, and living longer. */
function successorOf(tx: Tx, row: Row) {
  return tx.certificate.findFirst({
    where: {
      accountId: row.accountId,
      environment: row.environment,
      revokedAt: null,
      notAfter: { gt: row.notAfter },
      OR: [{ label: row.label }, { commonName: row.commonName }],
    },
    orderBy: { notAfter: 'desc' },
  });
}

/** Tells people in time that a certificate is about to end, until what replaces it was seen in traffic. */
import type { Certificate } from '@/generated/prisma/client';
import type { DeploymentScope } from '@/lib/access/scope';
import { renewalOf } from '@/lib/certificates/renewals';
import { DAY_MS, daysBetween } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { certificateOf, recordNotice } from './notices';

/** Whole days before the end, each told once. */
export const EXPIRY_THRESHOLDS = [60, 30, 14, 7, 1] as const;
// Seen within its last week: what used it has probably not changed over.
const IN_USE_DAYS = 7;
// How far back a sweep looks for ends it was not running for.
const MISSED_DAYS = 3;
// A transaction each: the certificates of two months may be many.
const AT_ONCE = 200;
// Whose API clients have to have changed over: a month has each of them that runs monthly.
const USED_DAYS = 30;

/**
 * Writes the notices that are due now. Run by any number of portals, as often as they like: each certificate and
 * threshold has one notice, and of several missed thresholds the nearest alone is told. Nothing is told any more once a
 * live certificate that renews this one has made a call, or once every API client that called with this one in the last
 * 30 days has called with other live ones that last longer.
 */
export async function sweepExpiries(scope: DeploymentScope): Promise<void> {
  let after = '';
  for (;;) {
    const page = await acrossAccounts(scope, (tx) => sweepPage(tx, after));
    if (page === null) return;
    after = page;
  }
}

/** @returns the id that the next page comes after; null at the end */
async function sweepPage(tx: Tx, after: string): Promise<string | null> {
  const now = currentTime();
  const soon = new Date(now.getTime() + (Math.max(...EXPIRY_THRESHOLDS) + 1) * DAY_MS);
  const missed = new Date(now.getTime() - MISSED_DAYS * DAY_MS);
  const rows = await tx.certificate.findMany({
    where: { id: { gt: after }, revokedAt: null, notAfter: { gt: missed, lte: soon } },
    orderBy: { id: 'asc' },
    take: AT_ONCE,
  });
  const due = rows.flatMap((row) => {
    const key = keyOf(row, now);
    return key === null ? [] : [{ row, key }];
  });
  const told = await tx.notice.findMany({
    where: { key: { in: due.map(({ key }) => key) } },
    select: { key: true },
  });
  for (const { row, key } of due) {
    if (told.some((one) => one.key === key)) continue;
    if (row.notAfter > now) await tellOfExpiry(tx, { row, key, now });
    else await tellOfEnd(tx, { row, key, now });
  }
  return rows.length < AT_ONCE ? null : (rows.at(-1)?.id ?? null);
}

/** What the notice that is due now is known by; null when none is. */
function keyOf(row: Certificate, now: Date): string | null {
  if (row.notAfter <= now) return `expired/${row.id}`;
  const daysLeft = daysBetween(now, row.notAfter);
  const threshold = EXPIRY_THRESHOLDS.toReversed().find((days) => daysLeft <= days);
  return threshold === undefined ? null : `expiring/${row.id}/${threshold}`;
}

type Due = { row: Certificate; key: string; now: Date };

async function tellOfExpiry(tx: Tx, { row, key, now }: Due): Promise<void> {
  const renewal = await renewalOf(tx, row, now);
  if (renewal?.lastSeenAt || (await clientsChangedOver(tx, row, now))) return;
  const replacement = renewal ?? (await namesake(tx, row));
  const data = {
    kind: 'certificate-expiring' as const,
    ...certificateOf(row),
    daysLeft: daysBetween(now, row.notAfter),
    successor: replacement ? nameBeside(row, replacement) : null,
    successorSeen: Boolean(replacement?.lastSeenAt),
  };
  await recordNotice(tx, { accountId: row.accountId, key, data });
}

async function tellOfEnd(tx: Tx, { row, key, now }: Due): Promise<void> {
  if (!row.lastSeenAt || daysBetween(row.lastSeenAt, row.notAfter) >= IN_USE_DAYS) return;
  const replacement = (await renewalOf(tx, row, now)) ?? (await namesake(tx, row));
  const data = {
    kind: 'certificate-expired' as const,
    ...certificateOf(row),
    successor: replacement?.label ?? null,
  };
  await recordNotice(tx, { accountId: row.accountId, key, data });
}

/** False also when no API client is known to have called with it: nothing is then known to have changed over. */
async function clientsChangedOver(tx: Tx, row: Certificate, now: Date): Promise<boolean> {
  const since = new Date(now.getTime() - USED_DAYS * DAY_MS);
  const clients = await tx.$queryRaw<{ moved: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM call_count c JOIN certificate other ON other.id = c.certificate_id
      WHERE c.account_id = ${row.accountId} AND c.environment = ${row.environment} AND c.hour >= ${since}
        AND c.outcome = 'passed' AND c.api_client_id = used.id
        AND other.id <> ${row.id} AND other.revoked_at IS NULL AND other.not_after > ${row.notAfter}
    ) AS moved
    FROM (SELECT DISTINCT api_client_id AS id FROM call_count WHERE certificate_id = ${row.id} AND hour >= ${since}
      AND outcome = 'passed' AND api_client_id IS NOT NULL) AS used`;
  return clients.length > 0 && clients.every(({ moved }) => moved);
}

/** For the same program by label or common name, and living longer, where nobody said what renews what. */
function namesake(tx: Tx, row: Certificate): Promise<Certificate | null> {
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

/** A renewal has the label of what it renews, so its day tells it from that. */
function nameBeside(row: Certificate, other: Certificate): string {
  return other.label === row.label
    ? `${other.label} (issued ${other.createdAt.toISOString().slice(0, 10)})`
    : other.label;
}

import type { Prisma } from '@/generated/prisma/client';
import { authorize, type Principal } from '@/lib/access/scope';
import type { CertificatePage, CertificateStatus } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { idPattern } from '@/lib/kernel/ids';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
import { keyOf, pageOf } from '@/lib/platform/page';
import { certificateView, withSlot } from './view';

export type ListQuery = {
  environment?: Environment | undefined;
  status?: CertificateStatus | undefined;
  /** 1 to 100. */
  limit: number;
  cursor?: string | undefined;
};

/**
 * Newest first, by keyset: a page is stable while certificates are issued before it.
 * @throws AppError `invalid_request` for a cursor this API did not give
 */
export async function listCertificates(
  principal: Principal,
  query: ListQuery,
): Promise<CertificatePage> {
  const scope = authorize(principal, 'certificates.read');
  const now = currentTime();
  // Ids sort by time of making, so the id is the whole key.
  const [before] = keyOf(query.cursor, [idPattern('certificate')]) ?? [];
  const rows = await inScope(scope, (tx) =>
    tx.certificate.findMany({
      where: {
        accountId: scope.accountId,
        ...(query.environment ? { environment: query.environment } : {}),
        ...statusFilter(query.status, now),
        ...(before ? { id: { lt: before } } : {}),
      },
      include: withSlot,
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    }),
  );
  const { items, nextCursor } = pageOf(rows, query.limit, (row) => [row.id]);
  return { items: await Promise.all(items.map((row) => certificateView(row, now))), nextCursor };
}

function statusFilter(
  status: CertificateStatus | undefined,
  now: Date,
): Prisma.CertificateWhereInput {
  switch (status) {
    case undefined:
      return {};
    case 'live':
      return { revokedAt: null, notAfter: { gt: now } };
    case 'expired':
      return { revokedAt: null, notAfter: { lte: now } };
    case 'revoked':
      return { revokedAt: { not: null } };
  }
}

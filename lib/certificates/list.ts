import type { Prisma } from '@/generated/prisma/client';
import { authorize, type Principal } from '@/lib/access/scope';
import type { CertificatePage, CertificateStatus } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
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
  const rows = await inScope(scope, (tx) =>
    tx.certificate.findMany({
      where: {
        accountId: scope.accountId,
        ...(query.environment ? { environment: query.environment } : {}),
        ...statusFilter(query.status, now),
        ...(query.cursor ? { id: { lt: idOf(query.cursor) } } : {}),
      },
      include: withSlot,
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    }),
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: await Promise.all(page.map((row) => certificateView(row, now))),
    nextCursor: rows.length > page.length && last ? cursorOf(last.id) : null,
  };
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

// Ids sort by time of making, so the id is the whole key.
function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url');
}

function idOf(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!/^crt_[0-9a-z]{26}$/.test(id)) {
    throw new AppError('invalid_request', {
      detail: 'The cursor was not given by this API. Leave it out to start at the first page.',
    });
  }
  return id;
}

import type { AuditEvent } from '@/generated/prisma/client';
import { authorize, type Principal } from '@/lib/access/scope';
import {
  type ActivityEventView,
  type ActivityPage,
  activityEventSchema,
} from '@/lib/contract/views';
import { AppError } from '@/lib/kernel/errors';
import { inScope } from '@/lib/platform/database';

const PAGE = 50;

/**
 * The account's changes, newest first.
 * @throws AppError `invalid_request` for a cursor that was not given here
 */
export async function listActivity(
  principal: Principal,
  query: { cursor?: string | undefined } = {},
): Promise<ActivityPage> {
  const scope = authorize(principal, 'activity.read');
  const before = query.cursor === undefined ? null : sequenceOf(query.cursor);
  const rows = await inScope(scope, (tx) =>
    tx.auditEvent.findMany({
      where: { chain: scope.accountId, ...(before === null ? {} : { sequence: { lt: before } }) },
      orderBy: { sequence: 'desc' },
      take: PAGE + 1,
    }),
  );
  const page = rows.slice(0, PAGE);
  return {
    items: page.map(eventView),
    nextCursor: rows.length > PAGE ? String(page.at(-1)?.sequence ?? '') : null,
  };
}

export function eventView(row: AuditEvent): ActivityEventView {
  return activityEventSchema.parse({
    id: row.id,
    sequence: Number(row.sequence),
    at: row.at.toISOString(),
    actor: row.actor,
    action: row.action,
    objectKind: row.objectKind,
    objectId: row.objectId,
    detail: row.detail,
    requestId: row.requestId,
  });
}

function sequenceOf(cursor: string): bigint {
  if (/^\d{1,18}$/.test(cursor)) return BigInt(cursor);
  throw new AppError('invalid_request', {
    detail: 'The cursor was not given by this page. Leave it out to start at the newest event.',
  });
}

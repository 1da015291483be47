import type { AuditEvent } from '@/generated/prisma/client';
import { authorize, type Principal } from '@/lib/access/scope';
import {
  type AuditChoices,
  type AuditEventView,
  type AuditFilter,
  type AuditPage,
  auditEventSchema,
} from '@/lib/contract/audit';
import { type ActivityEventView, activityEventSchema } from '@/lib/contract/views';
import { AppError } from '@/lib/kernel/errors';
import { inScope, type Tx } from '@/lib/platform/database';
import { trailWhere } from './queries';
import { recordOf, recordText } from './record';

/** The filters offer who and what is in so many of the newest changes. */
const LOOKED_THROUGH = 1_000;

/**
 * The account's changes that pass the filter, newest first.
 * @throws AppError `invalid_request` for a cursor that was not given here
 */
export async function listChanges(
  principal: Principal,
  filter: AuditFilter,
  page: { limit: number; cursor?: string | undefined },
): Promise<AuditPage> {
  const scope = authorize(principal, 'activity.read');
  const before = page.cursor === undefined ? null : sequenceOf(page.cursor);
  const { accountId } = scope;
  const rows = await inScope(scope, async (tx) => {
    const newest = filter.to === undefined ? null : await newestBefore(tx, accountId, filter.to);
    return tx.auditEvent.findMany({
      where: {
        ...trailWhere(accountId, filter),
        sequence: {
          ...(before === null ? {} : { lt: before }),
          ...(newest === null ? {} : { lte: newest }),
        },
      },
      orderBy: { sequence: 'desc' },
      take: page.limit + 1,
    });
  });
  const items = rows.slice(0, page.limit);
  return {
    items: items.map(hashedView),
    nextCursor: rows.length > page.limit ? String(items.at(-1)?.sequence ?? '') : null,
  };
}

/** What can be picked to narrow the account's changes. */
export async function changeChoices(principal: Principal): Promise<AuditChoices> {
  const scope = authorize(principal, 'activity.read');
  const rows = await inScope(
    scope,
    (tx) => tx.$queryRaw<{ id: string; kind: string; name: string; action: string }[]>`
      SELECT DISTINCT actor->>'id' AS id, actor->>'kind' AS kind, actor->>'name' AS name, action
      FROM (SELECT actor, action FROM audit_event WHERE chain = ${scope.accountId}
        ORDER BY sequence DESC LIMIT ${LOOKED_THROUGH}) AS newest`,
  );
  const actors = new Map(rows.map(({ id, kind, name }) => [id, { id, kind, name }]));
  return {
    actors: [...actors.values()].sort((a, b) => a.name.localeCompare(b.name, 'en')),
    actions: [...new Set(rows.map(({ action }) => action))].sort(),
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

export function hashedView(row: AuditEvent): AuditEventView {
  return auditEventSchema.parse({
    ...eventView(row),
    record: recordText(recordOf(row)),
    previousHash: Buffer.from(row.previousHash).toString('hex'),
    hash: Buffer.from(row.hash).toString('hex'),
  });
}

/**
 * Where a page of what is long past begins, so that all that came since is not walked over. Clocks of portals differ,
 * so the newest by time need not be the last.
 */
async function newestBefore(tx: Tx, chain: string, to: string): Promise<bigint> {
  // `+ 0` keeps the planner from looking for the last sequence and walking back from there.
  const [row] = await tx.$queryRaw<{ newest: bigint | null }[]>`
    SELECT max(sequence + 0) AS newest FROM audit_event WHERE chain = ${chain} AND at < ${new Date(to)}`;
  return row?.newest ?? 0n;
}

function sequenceOf(cursor: string): bigint {
  if (/^\d{1,18}$/.test(cursor)) return BigInt(cursor);
  throw new AppError('invalid_request', {
    detail: 'The cursor was not given by this page. Leave it out to start at the newest event.',
  });
}

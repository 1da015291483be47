/** Rows of a chain by what a page, a program or an export asks for. */
import type { Prisma } from '@/generated/prisma/client';
import type { AuditFilter } from '@/lib/contract/audit';

/** @param chain what the scope is of, repeated here beside row-level security */
export function trailWhere(chain: string, filter: AuditFilter): Prisma.AuditEventWhereInput {
  const { actor, action, object, requestId, from, to } = filter;
  return {
    chain,
    ...(actor === undefined ? {} : { actorId: actor }),
    ...(action === undefined ? {} : { action }),
    ...(object === undefined ? {} : { objectId: object }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(from === undefined && to === undefined
      ? {}
      : {
          at: {
            ...(from === undefined ? {} : { gte: new Date(from) }),
            ...(to === undefined ? {} : { lt: new Date(to) }),
          },
        }),
  };
}

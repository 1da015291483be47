import type { Prisma, RefusedCall } from '@/generated/prisma/client';
import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import type { RefusalPage, RefusedCallView } from '@/lib/contract/activity';
import { type Environment, isEnvironment } from '@/lib/kernel/environments';
import { idPattern } from '@/lib/kernel/ids';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';
import { inScope, type Tx } from '@/lib/platform/database';
import { keyOf, pageOf } from '@/lib/platform/page';

export type RefusalFilters = {
  environment?: Environment | undefined;
  code?: RefusalCode | undefined;
  /** Ids of this account; another's find nothing. */
  certificate?: string | undefined;
  apiClient?: string | undefined;
};

/**
 * The calls that an edge refused and could tell to be this account's, newest first, each with its reason and what to
 * do. A page stays what it is while calls are refused before it.
 * @param page.limit 1 to 100
 * @throws AppError `invalid_request` for a cursor that was not given here
 */
export async function refusals(
  principal: Principal,
  filters: RefusalFilters = {},
  page: { limit: number; cursor?: string | undefined } = { limit: 50 },
): Promise<RefusalPage> {
  const scope = authorize(principal, 'activity.read');
  const before = keyOf(page.cursor, [/^\d{1,15}$/, idPattern('event')]);
  return inScope(scope, async (tx) => {
    const rows = await tx.refusedCall.findMany({
      where: { ...wanted(scope, filters), ...(before === null ? {} : olderThan(before)) },
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
      take: page.limit + 1,
    });
    const { items, nextCursor } = pageOf(rows, page.limit, ({ at, id }) => [
      String(at.getTime()),
      id,
    ]);
    return { items: await refusalViews(tx, scope, items), nextCursor };
  });
}

/** The newest of them, for a glance. */
export async function listRefusedCalls(
  principal: Principal,
  limit: number,
): Promise<RefusedCallView[]> {
  return (await refusals(principal, {}, { limit })).items;
}

function wanted(scope: Scope, filters: RefusalFilters): Prisma.RefusedCallWhereInput {
  const { environment, code, certificate, apiClient } = filters;
  return {
    accountId: scope.accountId,
    ...(environment ? { environment } : {}),
    ...(code ? { code } : {}),
    ...(certificate ? { certificateId: certificate } : {}),
    ...(apiClient ? { apiClientId: apiClient } : {}),
  };
}

function olderThan([ms, id = '']: readonly string[]): Prisma.RefusedCallWhereInput {
  const at = new Date(Number(ms));
  return { at: { lte: at }, OR: [{ at: { lt: at } }, { id: { lt: id } }] };
}

async function refusalViews(
  tx: Tx,
  { accountId }: Scope,
  calls: readonly RefusedCall[],
): Promise<RefusedCallView[]> {
  const certificates = await tx.certificate.findMany({
    where: { accountId, id: { in: calls.flatMap((call) => call.certificateId ?? []) } },
    select: { id: true, label: true },
  });
  const clients = await tx.apiClient.findMany({
    where: { accountId, id: { in: calls.flatMap((call) => call.apiClientId ?? []) } },
    select: { id: true, name: true },
  });
  const labels = new Map(certificates.map((row) => [row.id, row.label]));
  const names = new Map(clients.map((row) => [row.id, row.name]));
  return calls.flatMap((call) => {
    const { environment, listener, code } = call;
    if (!isEnvironment(environment) || !isRefusal(code)) return [];
    const { title, whatHappened, whatToDo } = REFUSALS[code];
    // Another account's API client is not named.
    const apiClientName = names.get(call.apiClientId ?? '') ?? null;
    return {
      id: call.id,
      at: call.at.toISOString(),
      environment,
      listener: listener === 'mtls' ? ('mtls' as const) : ('standard' as const),
      code,
      title,
      whatHappened,
      whatToDo,
      requestId: call.requestId,
      certificateId: call.certificateId,
      certificateLabel: labels.get(call.certificateId ?? '') ?? null,
      fingerprint: call.fingerprint?.toUpperCase() ?? null,
      apiClientId: apiClientName === null ? null : call.apiClientId,
      apiClientName,
      sourceAddress: call.sourceAddress,
      userAgent: call.userAgent,
    };
  });
}

function isRefusal(code: string): code is RefusalCode {
  return Object.hasOwn(REFUSALS, code);
}

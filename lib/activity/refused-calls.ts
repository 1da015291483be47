import { authorize, type Principal } from '@/lib/access/scope';
import type { RefusedCallView } from '@/lib/contract/views';
import { isEnvironment } from '@/lib/kernel/environments';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';
import { inScope } from '@/lib/platform/database';

const NEWEST = 100;

/** The newest calls that an edge refused and could tell to be this account's. */
export async function listRefusedCalls(
  principal: Principal,
  limit = NEWEST,
): Promise<RefusedCallView[]> {
  const scope = authorize(principal, 'activity.read');
  const { accountId } = scope;
  const { calls, certificates, clients } = await inScope(scope, async (tx) => {
    const calls = await tx.refusedCall.findMany({
      where: { accountId },
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
      take: Math.min(limit, NEWEST),
    });
    const certificateIds = calls.flatMap((call) => call.certificateId ?? []);
    const clientIds = calls.flatMap((call) => call.apiClientId ?? []);
    return {
      calls,
      certificates: await tx.certificate.findMany({
        where: { accountId, id: { in: certificateIds } },
        select: { id: true, label: true },
      }),
      clients: await tx.apiClient.findMany({
        where: { accountId, id: { in: clientIds } },
        select: { id: true, name: true },
      }),
    };
  });
  const labels = new Map(certificates.map((row) => [row.id, row.label]));
  const names = new Map(clients.map((row) => [row.id, row.name]));
  return calls.flatMap((call) => {
    const { environment, listener, code } = call;
    if (!isEnvironment(environment) || !isRefusal(code)) return [];
    const words = REFUSALS[code];
    return [
      {
        id: call.id,
        at: call.at.toISOString(),
        environment,
        listener: listener === 'mtls' ? ('mtls' as const) : ('standard' as const),
        code,
        title: words.title,
        whatHappened: words.whatHappened,
        whatToDo: words.whatToDo,
        requestId: call.requestId,
        certificateId: call.certificateId,
        certificateLabel: call.certificateId ? (labels.get(call.certificateId) ?? null) : null,
        apiClientName: call.apiClientId ? (names.get(call.apiClientId) ?? null) : null,
        sourceAddress: call.sourceAddress,
        userAgent: call.userAgent,
      },
    ];
  });
}

function isRefusal(code: string): code is RefusalCode {
  return Object.hasOwn(REFUSALS, code);
}

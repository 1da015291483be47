import { authorize, type Principal } from '@/lib/access/scope';
import type { PendingView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { idPattern } from '@/lib/kernel/ids';
import { draftCommonName } from '@/lib/pki/lint-read';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
import { keyOf, type Page, pageOf } from '@/lib/platform/page';
import { PENDING_MS, voidAt } from './intents';
import { environmentOf } from './view';

/**
 * What was asked for and is not signed yet, oldest first: each holds a slot, is finished by itself as soon as the
 * certificate authority answers, and is given up at `voidAt`.
 */
export async function listPendingCertificates(
  principal: Principal,
  query: {
    environment?: Environment | undefined;
    cursor?: string | undefined;
    limit?: number;
  } = {},
): Promise<Page<PendingView>> {
  const scope = authorize(principal, 'certificates.read');
  const since = new Date(currentTime().getTime() - PENDING_MS);
  const [after] = keyOf(query.cursor, [idPattern('intent')]) ?? [];
  const limit = query.limit ?? 100;
  const rows = await inScope(scope, (tx) =>
    tx.intent.findMany({
      where: {
        accountId: scope.accountId,
        state: 'pending',
        createdAt: { gt: since },
        ...(query.environment ? { environment: query.environment } : {}),
        ...(after ? { id: { gt: after } } : {}),
      },
      include: { slot: true },
      orderBy: { id: 'asc' },
      take: limit + 1,
    }),
  );
  const page = pageOf(rows, limit, (row) => [row.id]);
  const items = page.items.map((row) => ({
    id: row.id,
    environment: environmentOf(row.environment),
    label: row.label,
    commonName: draftCommonName(row.tbsDer),
    serialHex: row.serialHex,
    slot: row.slot?.slot ?? null,
    requestedAt: row.createdAt.toISOString(),
    voidAt: voidAt(row).toISOString(),
  }));
  return { items, nextCursor: page.nextCursor };
}

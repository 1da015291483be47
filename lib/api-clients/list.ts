import { authorize, type Principal } from '@/lib/access/scope';
import type { ApiClientView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { inScope } from '@/lib/platform/database';
import { keyOf, type Page, type PageQuery, pageOf } from '@/lib/platform/page';
import { apiClientView } from './view';

/**
 * By environment and name.
 * @param query.limit 1 to 100
 * @throws AppError `invalid_request` for a cursor that was not given here
 */
export async function listApiClients(
  principal: Principal,
  query: PageQuery & { environment?: Environment | undefined },
): Promise<Page<ApiClientView>> {
  const scope = authorize(principal, 'api-clients.read');
  const after = keyOf(query.cursor, [/^[a-z]{1,20}$/, /^[\x21-\x7e]{1,128}$/]);
  const rows = await inScope(scope, (tx) =>
    tx.apiClient.findMany({
      where: {
        accountId: scope.accountId,
        ...(query.environment ? { environment: query.environment } : {}),
        ...(after ? behind(after) : {}),
      },
      orderBy: [{ environment: 'asc' }, { name: 'asc' }],
      take: query.limit + 1,
    }),
  );
  const page = pageOf(rows, query.limit, ({ environment, name }) => [environment, name]);
  return { items: page.items.map(apiClientView), nextCursor: page.nextCursor };
}

function behind([environment = '', name = '']: readonly string[]) {
  return { OR: [{ environment: { gt: environment } }, { environment, name: { gt: name } }] };
}

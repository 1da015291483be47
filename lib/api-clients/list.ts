import { authorize, type Principal } from '@/lib/access/scope';
import type { ApiClientView } from '@/lib/contract/views';
import { inScope } from '@/lib/platform/database';
import { apiClientView } from './view';

export async function listApiClients(principal: Principal): Promise<ApiClientView[]> {
  const scope = authorize(principal, 'api-clients.read');
  const rows = await inScope(scope, (tx) =>
    tx.apiClient.findMany({
      where: { accountId: scope.accountId },
      orderBy: [{ environment: 'asc' }, { name: 'asc' }],
    }),
  );
  return rows.map(apiClientView);
}

import { authorize, type Principal } from '@/lib/access/scope';
import { inScope } from '@/lib/platform/database';

const MOST = 200;

export type FilterChoices = {
  certificates: { id: string; name: string }[];
  apiClients: { id: string; name: string }[];
};

/** What calls can be narrowed to: the newest certificates, and the API clients with their environment. */
export async function filterChoices(principal: Principal): Promise<FilterChoices> {
  const scope = authorize(principal, 'activity.read');
  const { accountId } = scope;
  return inScope(scope, async (tx) => {
    const certificates = await tx.certificate.findMany({
      where: { accountId },
      select: { id: true, label: true, environment: true },
      orderBy: { id: 'desc' },
      take: MOST,
    });
    const apiClients = await tx.apiClient.findMany({
      where: { accountId },
      select: { id: true, name: true, environment: true },
      orderBy: [{ name: 'asc' }, { environment: 'asc' }],
      take: MOST,
    });
    return {
      certificates: certificates.map(({ id, label, environment }) => ({
        id,
        name: `${label}, ${environment}`,
      })),
      apiClients: apiClients.map(({ id, name, environment }) => ({
        id,
        name: `${name}, ${environment}`,
      })),
    };
  });
}

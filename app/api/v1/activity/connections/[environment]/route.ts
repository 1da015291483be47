import { apiClientConnections } from '@/lib/activity/connections';
import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';

export const GET = restRoute('listApiClientConnections', async ({ principal, params, query }) => ({
  value: await apiClientConnections(principal, params.environment, query),
}));
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as POST, refused as PUT };

import { apiClientConnections } from '@/lib/activity/connections';
import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';

export const GET = restRoute('listApiClientConnections', async ({ principal, params }) => ({
  value: await apiClientConnections(principal, params.environment),
}));
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as PATCH, refused as POST, refused as PUT };

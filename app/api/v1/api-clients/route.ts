import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { listApiClients } from '@/lib/api-clients/list';

export const GET = restRoute('listApiClients', async ({ principal, query }) => ({
  value: await listApiClients(principal, query),
}));
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as POST, refused as PUT };

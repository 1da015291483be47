import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { listApiClients } from '@/lib/api-clients/list';

export const GET = restRoute('listApiClients', async ({ principal }) => ({
  value: { items: await listApiClients(principal) },
}));
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as PATCH, refused as POST, refused as PUT };

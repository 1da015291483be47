import { refusals } from '@/lib/activity/refused-calls';
import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';

export const GET = restRoute('listRefusals', async ({ principal, query }) => ({
  value: await refusals(principal, query, query),
}));
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as POST, refused as PUT };

import { getAccount } from '@/lib/accounts/overview';
import { withinEnvironment } from '@/lib/api-access/confine';
import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';

export const GET = restRoute('getAccount', async ({ principal }) => ({
  value: withinEnvironment(principal, await getAccount(principal)),
}));
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as POST, refused as PUT };

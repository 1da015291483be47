import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { setEnforcement } from '@/lib/enforcement/change';
import { getEnforcement } from '@/lib/enforcement/read';

export const GET = restRoute('getEnforcement', async ({ principal, params }) => ({
  value: await getEnforcement(principal, params.environment),
}));
export const PUT = restRoute('setEnforcement', async ({ principal, params, body }) => ({
  value: await setEnforcement(principal, params.environment, body.mode),
}));
const refused = methodNotAllowed('GET', 'PUT');

export { refused as DELETE, refused as PATCH, refused as POST };

import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { setEnforcement } from '@/lib/enforcement/change';
import { getEnforcement } from '@/lib/enforcement/read';
import { withReceiptIf } from '@/lib/publishing/receipt';

export const GET = restRoute('getEnforcement', async ({ principal, params }) => ({
  value: await getEnforcement(principal, params.environment),
}));
export const PUT = restRoute('setEnforcement', async ({ principal, params, query, body }) => {
  const view = await setEnforcement(principal, params.environment, body);
  return { value: await withReceiptIf(query.wait, principal.requestId, view) };
});
const refused = methodNotAllowed('GET', 'PUT');

export { refused as DELETE, refused as PATCH, refused as POST };

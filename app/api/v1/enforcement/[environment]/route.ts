import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { setEnforcement } from '@/lib/enforcement/change';
import { getEnforcement } from '@/lib/enforcement/read';
import { enforcementTag } from '@/lib/enforcement/tag';
import { withReceiptIf } from '@/lib/publishing/receipt';

export const GET = restRoute('getEnforcement', async ({ principal, params }) => {
  const value = await getEnforcement(principal, params.environment);
  return { value, headers: { ETag: enforcementTag(value) } };
});
export const PUT = restRoute(
  'setEnforcement',
  async ({ principal, params, query, body, ifMatch }) => {
    const view = await setEnforcement(principal, params.environment, { ...body, ifMatch });
    // No ETag: what was sent is not what is kept [RFC 9110, 9.3.4].
    return { value: await withReceiptIf(query.wait, principal.requestId, view) };
  },
);
const refused = methodNotAllowed('GET', 'PUT');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as POST };

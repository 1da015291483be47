import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { revokeCertificate } from '@/lib/certificates/revoke';
import { withReceiptIf } from '@/lib/publishing/receipt';

export const POST = restRoute('revokeCertificate', async ({ principal, params, query, body }) => {
  const view = await revokeCertificate(principal, params.id, body.reason);
  return { value: await withReceiptIf(query.wait, principal.requestId, view) };
});
const refused = methodNotAllowed('POST');

export { refused as DELETE, refused as GET, refused as OPTIONS, refused as PATCH, refused as PUT };

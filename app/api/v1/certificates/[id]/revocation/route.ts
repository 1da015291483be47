import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { revokeCertificate } from '@/lib/certificates/revoke';

export const POST = restRoute('revokeCertificate', async ({ principal, params, body }) => ({
  value: await revokeCertificate(principal, params.id, body.reason),
}));
const refused = methodNotAllowed('POST');

export { refused as DELETE, refused as GET, refused as PATCH, refused as PUT };

import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { checkCsrFor } from '@/lib/certificates/check';

export const POST = restRoute('checkCsr', async ({ principal, body }) => ({
  value: await checkCsrFor(principal, body),
}));
const refused = methodNotAllowed('POST');

export { refused as DELETE, refused as GET, refused as OPTIONS, refused as PATCH, refused as PUT };

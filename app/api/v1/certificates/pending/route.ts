import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { listPendingCertificates } from '@/lib/certificates/pending';

export const GET = restRoute('listPendingCertificates', async ({ principal, query }) => ({
  value: await listPendingCertificates(principal, query),
}));
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as POST, refused as PUT };

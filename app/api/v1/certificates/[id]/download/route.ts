import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { attachment } from '@/lib/certificates/attachment';
import { downloadCertificate } from '@/lib/certificates/download';

export const GET = restRoute('downloadCertificate', async ({ principal, params, query }) =>
  attachment(await downloadCertificate(principal, params.id, query.format)),
);
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as POST, refused as PUT };

import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { labelCertificate } from '@/lib/certificates/label';
import { getCertificate } from '@/lib/certificates/read';

export const GET = restRoute('getCertificate', async ({ principal, params }) => ({
  value: await getCertificate(principal, params.id),
}));
export const PATCH = restRoute('labelCertificate', async ({ principal, params, body }) => ({
  value: await labelCertificate(principal, params.id, body.label),
}));
const refused = methodNotAllowed('GET', 'PATCH');

export { refused as DELETE, refused as OPTIONS, refused as POST, refused as PUT };

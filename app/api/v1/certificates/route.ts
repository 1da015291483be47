import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { issueCertificate } from '@/lib/certificates/issue';
import { listCertificates } from '@/lib/certificates/list';

export const GET = restRoute('listCertificates', async ({ principal, query }) => ({
  value: await listCertificates(principal, query),
}));
export const POST = restRoute('issueCertificate', async ({ principal, body, idempotencyKey }) => {
  const value = await issueCertificate(principal, { ...body, idempotencyKey });
  return { value, headers: { Location: `/api/v1/certificates/${value.id}` } };
});
const refused = methodNotAllowed('GET', 'POST');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as PUT };

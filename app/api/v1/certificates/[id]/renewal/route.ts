import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { renewCertificate } from '@/lib/certificates/renew';

export const POST = restRoute(
  'renewCertificate',
  async ({ principal, params, body, idempotencyKey }) => {
    const { csr, revokeOldWhenIdleDays } = body;
    const from =
      csr === undefined ? ({ kind: 'same key' } as const) : { kind: 'csr' as const, csr };
    const asked = { from, revokeOldWhenIdleDays, idempotencyKey };
    const value = await renewCertificate(principal, params.id, asked);
    return { value, headers: { Location: `/api/v1/certificates/${value.id}` } };
  },
);
const refused = methodNotAllowed('POST');

export { refused as DELETE, refused as GET, refused as OPTIONS, refused as PATCH, refused as PUT };

import { certificateTraffic } from '@/lib/activity/certificate-traffic';
import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';

export const GET = restRoute('getCertificateTraffic', async ({ principal, params }) => ({
  value: await certificateTraffic(principal, params.id),
}));
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as POST, refused as PUT };

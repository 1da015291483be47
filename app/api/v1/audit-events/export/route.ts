import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { exportTrail, trailFile } from '@/lib/audit/export';

export const GET = restRoute('exportAuditEvents', async ({ principal, query }) => {
  const { format, ...filter } = query;
  return trailFile(await exportTrail(principal, { format, filter }));
});
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as POST, refused as PUT };

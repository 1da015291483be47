import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { listChanges } from '@/lib/audit/list';

export const GET = restRoute('listAuditEvents', async ({ principal, query }) => ({
  value: await listChanges(principal, query, query),
}));
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as POST, refused as PUT };

import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { readiness } from '@/lib/enforcement/readiness';

export const GET = restRoute('getReadiness', async ({ principal, params }) => ({
  value: await readiness(principal, params.environment),
}));
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as POST, refused as PUT };

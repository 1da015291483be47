import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { confirmEnforcement } from '@/lib/enforcement/confirm';

export const POST = restRoute('confirmEnforcement', async ({ principal, params }) => ({
  value: await confirmEnforcement(principal, params.environment),
}));
const refused = methodNotAllowed('POST');

export { refused as DELETE, refused as GET, refused as OPTIONS, refused as PATCH, refused as PUT };

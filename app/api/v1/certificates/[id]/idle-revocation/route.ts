import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { setIdleRevocation } from '@/lib/certificates/idle-rule';

export const PUT = restRoute('setIdleRevocation', async ({ principal, params, body }) => ({
  value: await setIdleRevocation(principal, params.id, body.days),
}));
const refused = methodNotAllowed('PUT');

export { refused as DELETE, refused as GET, refused as OPTIONS, refused as PATCH, refused as POST };

import { authorizeDeployment } from '@/lib/access/scope';
import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { disableApiClient } from '@/lib/api-clients/manage';

export const DELETE = restRoute('disableApiClient', async ({ principal, params }) => ({
  value: await disableApiClient(authorizeDeployment(principal, 'deployment.manage'), params.id),
}));
const refused = methodNotAllowed('DELETE');

export { refused as GET, refused as OPTIONS, refused as PATCH, refused as POST, refused as PUT };

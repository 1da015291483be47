import { authorizeDeployment } from '@/lib/access/scope';
import { methodNotAllowed, restRoute } from '@/lib/api-access/rest';
import { createApiClient } from '@/lib/api-clients/manage';

export const POST = restRoute('createApiClient', async ({ principal, body }) => {
  const value = await createApiClient(authorizeDeployment(principal, 'deployment.manage'), body);
  return { value, headers: { Location: `/api/v1/operator/api-clients/${value.id}` } };
});
const refused = methodNotAllowed('POST');

export { refused as DELETE, refused as GET, refused as OPTIONS, refused as PATCH, refused as PUT };

import { methodNotAllowed } from '@/lib/api-access/rest';
import { openApiDocument } from '@/lib/contract/openapi';
import { deployment } from '@/lib/platform/deployment';

export const dynamic = 'force-dynamic';

export function GET(): Response {
  return Response.json(openApiDocument(deployment().publicUrl));
}
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as PATCH, refused as POST, refused as PUT };

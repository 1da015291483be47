import { methodNotAllowed, withoutKey } from '@/lib/api-access/rest';
import { openApiDocument } from '@/lib/contract/openapi';
import { cachedReply } from '@/lib/platform/cached-reply';
import { deployment } from '@/lib/platform/deployment';

export const dynamic = 'force-dynamic';

const MAX_AGE_SECONDS = 300;

export const GET = withoutKey((request) =>
  cachedReply(request, {
    body: JSON.stringify(openApiDocument(deployment().publicUrl)),
    media: 'application/json',
    maxAgeSeconds: MAX_AGE_SECONDS,
  }),
);
const refused = methodNotAllowed('GET');

export { refused as DELETE, refused as OPTIONS, refused as PATCH, refused as POST, refused as PUT };

import { acknowledgementBody } from '@/lib/contract/edge-protocol';
import { jsonBody } from '@/lib/platform/body';
import { edgeRoute } from '@/lib/publishing/edge-route';
import { acknowledge } from '@/lib/publishing/edges';

export const POST = edgeRoute(async ({ edge, request, requestId }) => {
  const said = await jsonBody(request, acknowledgementBody, 1_024);
  await acknowledge(edge, said, requestId);
  return new Response(null, { status: 204 });
});

import { edgeRoute } from '@/lib/publishing/edge-route';
import { enrol } from '@/lib/publishing/edges';

export const POST = edgeRoute(async ({ edge, requestId }) =>
  Response.json(await enrol(edge, requestId)),
);

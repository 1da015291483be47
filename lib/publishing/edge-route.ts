import type { Edge } from '@/generated/prisma/client';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';
import { activeSpan } from '@/lib/telemetry/span';
import { edgeOfToken } from './edges';

/** A route for edges alone: the token, and a problem document for whatever is thrown. */
export function edgeRoute(
  work: (call: { edge: Edge; request: Request; requestId: string }) => Promise<Response>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { requestId } = factsFrom(request.headers);
    try {
      const edge = await edgeOfToken(request.headers.get('authorization'), requestId);
      // Whose token it is, is known now; an edge's trace is shown beside ours, and decides nothing about it.
      activeSpan()?.link(request.headers.get('traceparent'));
      return await work({ edge, request, requestId });
    } catch (error) {
      return problemResponse(error, requestId);
    }
  };
}

import { AppError } from '@/lib/kernel/errors';
import { edgeRoute } from '@/lib/publishing/edge-route';
import { publisher } from '@/lib/publishing/publisher';

export const GET = edgeRoute(async ({ edge, request }) => {
  const after = new URL(request.url).searchParams.get('after');
  if (after !== null && !/^\d{1,15}$/.test(after)) {
    throw new AppError('invalid_request', { detail: 'after is the number of a snapshot.' });
  }
  const frames = publisher().stream(edge.id, after === null ? null : Number(after));
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await frames.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await frames.return();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' },
  });
});

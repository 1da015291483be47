import { z } from 'zod';
import { watchDecisions } from '@/lib/activity/watch-decisions';
import type { StreamMessage } from '@/lib/contract/live';
import { environmentSchema } from '@/lib/contract/views';
import { signedIn } from '@/lib/identity/session';
import { AppError } from '@/lib/kernel/errors';
import { parsed } from '@/lib/platform/body';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

export const dynamic = 'force-dynamic';

const sequence = z
  .string()
  .regex(/^\d{1,18}$/, 'the id of an event of this stream')
  .transform(BigInt);
const query = z.strictObject({ environment: environmentSchema, after: sequence.optional() });

/** What edges decide on calls of this account, as server-sent events. */
export async function GET(request: Request): Promise<Response> {
  try {
    const found = await signedIn();
    if (!found) {
      throw new AppError('unauthenticated', { detail: 'You are signed out. Sign in first.' });
    }
    const asked = parsed(Object.fromEntries(new URL(request.url).searchParams), query);
    const last = sequence.safeParse(request.headers.get('last-event-id'));
    const gone = new AbortController();
    const messages = watchDecisions({
      principal: found.principal,
      sessionId: found.sessionId,
      environment: asked.environment,
      // A browser that reconnects by itself knows more than the address it was given.
      after: last.success ? last.data : (asked.after ?? null),
      signal: gone.signal,
    });
    return new Response(eventStream(messages, gone), {
      headers: {
        'Content-Type': 'text/event-stream; charset=utf-8',
        // `no-transform` keeps proxies, and Next, from holding events back to compress them.
        'Cache-Control': 'no-store, no-transform',
        'X-Accel-Buffering': 'no',
      },
    });
  } catch (error) {
    return problemResponse(error, factsFrom(request.headers).requestId);
  }
}

function eventStream(
  messages: AsyncGenerator<StreamMessage, void, void>,
  gone: AbortController,
): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await messages.next();
        if (done) controller.close();
        else controller.enqueue(bytes.encode(textOf(value)));
      },
      async cancel() {
        gone.abort();
        await messages.return();
      },
    },
    { highWaterMark: 0 },
  );
}

/** @see HTML Living Standard, 9.2.6: JSON has no line breaks of its own */
function textOf({ event, data }: StreamMessage): string {
  const id = event === 'decision' ? `id: ${data.sequence}\n` : '';
  const comment = event === 'beat' ? ': still here\n' : '';
  const retry = event === 'listening' ? `retry: ${RETRY_MS}\n` : '';
  return `${comment}${retry}${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

const RETRY_MS = 2_000;

import { z } from 'zod';
import { DIRECTIONS } from '@/lib/contract/firewall';
import { environmentSchema } from '@/lib/contract/views';
import { firewallView } from '@/lib/firewall/read';
import { firewallText } from '@/lib/firewall/text';
import { parsed } from '@/lib/platform/body';
import { cachedReply } from '@/lib/platform/cached-reply';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

export const dynamic = 'force-dynamic';

const MAX_AGE_SECONDS = 300;

const query = z.strictObject({
  environment: environmentSchema.optional(),
  direction: z.enum(DIRECTIONS).optional(),
});

/** For machines, without a key: one range a line. */
export function GET(request: Request): Response {
  try {
    const wanted = parsed(Object.fromEntries(new URL(request.url).searchParams), query);
    return cachedReply(request, {
      body: firewallText(firewallView(), wanted),
      media: 'text/plain; charset=utf-8',
      maxAgeSeconds: MAX_AGE_SECONDS,
    });
  } catch (error) {
    return problemResponse(error, factsFrom(request.headers).requestId);
  }
}

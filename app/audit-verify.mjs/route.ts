import { verifierText } from '@/lib/audit/verifier';
import { cachedReply } from '@/lib/platform/cached-reply';

export const dynamic = 'force-dynamic';

const MAX_AGE_SECONDS = 300;

/** For anybody, without a session: who checks an export need not be a member of the account. */
export async function GET(request: Request): Promise<Response> {
  const reply = cachedReply(request, {
    body: await verifierText(),
    media: 'text/javascript; charset=utf-8',
    maxAgeSeconds: MAX_AGE_SECONDS,
  });
  reply.headers.set('Content-Disposition', 'attachment; filename="audit-verify.mjs"');
  return reply;
}

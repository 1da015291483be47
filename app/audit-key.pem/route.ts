import { auditKey } from '@/lib/audit/key';
import { cachedReply } from '@/lib/platform/cached-reply';

export const dynamic = 'force-dynamic';

const MAX_AGE_SECONDS = 300;

/** For anybody, without a session. */
export function GET(request: Request): Response {
  const media = 'application/x-pem-file';
  return cachedReply(request, { body: auditKey().pem, media, maxAgeSeconds: MAX_AGE_SECONDS });
}

import { changeFeed } from '@/lib/contract/change-feed';
import { cachedReply } from '@/lib/platform/cached-reply';
import { deployment } from '@/lib/platform/deployment';

export const dynamic = 'force-dynamic';

const MAX_AGE_SECONDS = 3_600;

/** For feed readers, without a key. */
export function GET(request: Request): Response {
  const { publicUrl, providerName } = deployment();
  return cachedReply(request, {
    body: changeFeed({ publicUrl, provider: providerName }),
    media: 'application/atom+xml; charset=utf-8',
    maxAgeSeconds: MAX_AGE_SECONDS,
  });
}

import { firewallView } from '@/lib/firewall/read';
import { cachedReply } from '@/lib/platform/cached-reply';

export const dynamic = 'force-dynamic';

const MAX_AGE_SECONDS = 300;

/** For machines, without a key: the address is stable, new members may be added. */
export function GET(request: Request): Response {
  const body = `${JSON.stringify(firewallView(), null, 2)}\n`;
  return cachedReply(request, { body, media: 'application/json', maxAgeSeconds: MAX_AGE_SECONDS });
}

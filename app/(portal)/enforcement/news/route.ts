import type { EnforcementNews } from '@/lib/contract/enforcement-news';
import { enforcementNews } from '@/lib/enforcement/news';
import { requireSignedIn } from '@/lib/identity/session';
import { currentTime } from '@/lib/platform/clock';
import { attempt } from '../../attempt';

export const dynamic = 'force-dynamic';

/** What the banner of an open page is brought up to date with. */
export async function GET(): Promise<Response> {
  const { principal } = await requireSignedIn();
  const found = await attempt(() => enforcementNews(principal));
  const nothing: EnforcementNews = { at: currentTime().toISOString(), items: [] };
  return Response.json(found.ok ? found.value : nothing, {
    headers: { 'Cache-Control': 'no-store' },
  });
}

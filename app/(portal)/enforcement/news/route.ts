import type { EnforcementNews } from '@/lib/contract/enforcement-news';
import { enforcementNews } from '@/lib/enforcement/news';
import { requireSignedIn } from '@/lib/identity/session';
import { attempt } from '../../attempt';

export const dynamic = 'force-dynamic';

/** What the banner of an open page is brought up to date with. */
export async function GET(): Promise<Response> {
  const { principal } = await requireSignedIn();
  const found = await attempt(() => enforcementNews(principal));
  // Whoever may not read it any more keeps what the page said when it was opened.
  const news: EnforcementNews | null = found.ok ? found.value : null;
  return Response.json({ news }, { headers: { 'Cache-Control': 'no-store' } });
}

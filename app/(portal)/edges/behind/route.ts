import type { EdgeLag } from '@/lib/contract/live';
import { requireSignedIn } from '@/lib/identity/session';
import { currentTime } from '@/lib/platform/clock';
import { edgesBehind } from '@/lib/publishing/edge-lag';
import { attempt } from '../../attempt';

export const dynamic = 'force-dynamic';

/** What the status line of an open page is brought up to date with. */
export async function GET(): Promise<Response> {
  const { principal } = await requireSignedIn();
  const found = await attempt(() => edgesBehind(principal));
  const lags: EdgeLag[] = found.ok ? found.value : [];
  const at = currentTime().toISOString();
  return Response.json({ lags, at }, { headers: { 'Cache-Control': 'no-store' } });
}

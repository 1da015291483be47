import { refusalsCsv } from '@/lib/activity/refusals-csv';
import { attachment } from '@/lib/certificates/attachment';
import { requireSignedIn } from '@/lib/identity/session';
import { currentTime } from '@/lib/platform/clock';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';
import { askedOf } from '../asked';

export const dynamic = 'force-dynamic';

export async function GET(request: Request): Promise<Response> {
  const { principal } = await requireSignedIn();
  try {
    const filters = askedOf(Object.fromEntries(new URL(request.url).searchParams));
    const csv = await refusalsCsv(principal, filters);
    return attachment({
      fileName: `refused-calls-${currentTime().toISOString().slice(0, 10)}.csv`,
      contentType: 'text/csv; charset=utf-8',
      body: Buffer.from(csv),
    });
  } catch (error) {
    return problemResponse(error, factsFrom(request.headers).requestId);
  }
}

import { attachment } from '@/lib/certificates/attachment';
import { requireSignedIn } from '@/lib/identity/session';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';
import { compromiseEvidence } from '@/lib/support-acts/evidence';

export const dynamic = 'force-dynamic';

type Context = { params: Promise<{ id: string }> };

export async function GET(request: Request, { params }: Context): Promise<Response> {
  const { principal } = await requireSignedIn();
  try {
    const { id } = await params;
    const evidence = await compromiseEvidence(principal, id);
    return attachment({
      fileName: `compromise-${id}.json`,
      contentType: 'application/json',
      body: Buffer.from(evidence),
    });
  } catch (error) {
    return problemResponse(error, factsFrom(request.headers).requestId);
  }
}

import { attachment } from '@/lib/certificates/attachment';
import { downloadCertificate } from '@/lib/certificates/download';
import { downloadQuery } from '@/lib/contract/operations';
import { requireSignedIn } from '@/lib/identity/session';
import { parsed } from '@/lib/platform/body';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

export async function GET(
  request: Request,
  context: { params: Promise<{ id: string }> },
): Promise<Response> {
  const { principal } = await requireSignedIn();
  try {
    const { id } = await context.params;
    const query = Object.fromEntries(new URL(request.url).searchParams);
    const { format } = parsed(query, downloadQuery);
    return attachment(await downloadCertificate(principal, id, format));
  } catch (error) {
    return problemResponse(error, factsFrom(request.headers).requestId);
  }
}

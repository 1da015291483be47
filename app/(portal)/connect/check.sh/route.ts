import { attachment } from '@/lib/certificates/attachment';
import { checkScript } from '@/lib/connection/check-script';
import { mustBeEnvironment } from '@/lib/enforcement/read';
import { requireSignedIn } from '@/lib/identity/session';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

export async function GET(request: Request): Promise<Response> {
  const { principal } = await requireSignedIn();
  try {
    const environment: unknown = new URL(request.url).searchParams.get('environment');
    mustBeEnvironment(environment);
    return attachment({
      fileName: `check-${environment}.sh`,
      contentType: 'application/x-sh',
      body: new TextEncoder().encode(await checkScript(principal, environment)),
    });
  } catch (error) {
    return problemResponse(error, factsFrom(request.headers).requestId);
  }
}

import { attachment } from '@/lib/certificates/attachment';
import { edgeServerCa, SERVER_CA_FILE_NAME } from '@/lib/connection/server-ca';
import { mustBeEnvironment } from '@/lib/enforcement/read';
import { requireSignedIn } from '@/lib/identity/session';
import { AppError } from '@/lib/kernel/errors';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

export async function GET(request: Request): Promise<Response> {
  const { principal } = await requireSignedIn();
  try {
    const environment: unknown = new URL(request.url).searchParams.get('environment');
    mustBeEnvironment(environment);
    const pem = await edgeServerCa(principal, environment);
    if (pem === null) {
      throw new AppError('not_found', {
        detail: `No private CA is set for ${environment}: machines trust its host already.`,
      });
    }
    return attachment({
      fileName: SERVER_CA_FILE_NAME,
      contentType: 'application/x-pem-file',
      body: new TextEncoder().encode(pem),
    });
  } catch (error) {
    return problemResponse(error, factsFrom(request.headers).requestId);
  }
}

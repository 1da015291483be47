import { isRenewalFile, renewalFile } from '@/lib/api-access/renewal-files';
import { AppError } from '@/lib/kernel/errors';
import { cachedReply } from '@/lib/platform/cached-reply';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

export const dynamic = 'force-dynamic';

const MAX_AGE_SECONDS = 300;

type Context = { params: Promise<{ file: string }> };

/** Without a key: there is nothing secret in it, and machines fetch it. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const { file } = await params;
  if (isRenewalFile(file)) {
    return cachedReply(request, { ...(await renewalFile(file)), maxAgeSeconds: MAX_AGE_SECONDS });
  }
  const error = new AppError('not_found', { detail: 'There is no such file here.' });
  return problemResponse(error, factsFrom(request.headers).requestId);
}

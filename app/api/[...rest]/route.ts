import { AppError } from '@/lib/kernel/errors';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

async function nothing(request: Request): Promise<Response> {
  const error = new AppError('not_found', {
    detail: 'There is nothing at this path. The paths are listed in /api/v1/openapi.json.',
  });
  return problemResponse(error, factsFrom(request.headers).requestId);
}

export { nothing as DELETE, nothing as GET, nothing as PATCH, nothing as POST, nothing as PUT };

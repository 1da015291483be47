import NextAuth from 'next-auth';
import { authOptions } from '@/lib/identity/auth-options';
import { AppError } from '@/lib/kernel/errors';
import { asAppError, problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

/** What signing in and out needs; next-auth's own pages are not among them. */
const OFFERED = new Set([
  'GET csrf',
  'GET providers',
  'GET session',
  'GET signin',
  'POST signin/credentials',
  'POST callback/credentials',
  'POST signout',
]);

type Context = { params: Promise<{ nextauth: string[] }> };

async function handle(request: Request, context: Context): Promise<Response> {
  const { nextauth } = await context.params;
  const { requestId } = factsFrom(request.headers);
  if (!OFFERED.has(`${request.method} ${nextauth.join('/')}`)) {
    const detail = 'There is nothing at this path. People sign in at /sign-in.';
    return problemResponse(new AppError('not_found', { detail }), requestId);
  }
  // next-auth turns whatever `authorize` throws into a redirect; too many tries must be a 429.
  let refusal: AppError | null = null;
  const options = authOptions();
  for (const provider of options.providers) {
    if (provider.type !== 'credentials') continue;
    const { authorize } = provider.options as typeof provider;
    provider.options = {
      ...provider.options,
      async authorize(...given: Parameters<typeof authorize>) {
        try {
          return await authorize(...given);
        } catch (error) {
          refusal = asAppError(error);
          throw error;
        }
      },
    };
  }
  let response: Response;
  try {
    response = await NextAuth(options)(request, context);
  } catch {
    const detail = 'The body is not what a sign-in form sends.';
    return problemResponse(new AppError('invalid_request', { detail }), requestId);
  }
  return refusal ? problemResponse(refusal, requestId) : response;
}

export { handle as GET, handle as POST };

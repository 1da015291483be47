import NextAuth from 'next-auth';
import { authOptions } from '@/lib/identity/auth-options';
import { AppError } from '@/lib/kernel/errors';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

type Context = { params: Promise<{ nextauth: string[] }> };

async function handle(request: Request, context: Context): Promise<Response> {
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
          if (error instanceof AppError) refusal = error;
          throw error;
        }
      },
    };
  }
  const response: Response = await NextAuth(options)(request, context);
  return refusal ? problemResponse(refusal, factsFrom(request.headers).requestId) : response;
}

export { handle as GET, handle as POST };

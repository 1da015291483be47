import { signInWithPasskey } from '@/lib/identity/sign-in';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

export async function POST(request: Request): Promise<Response> {
  try {
    const outcome = await signInWithPasskey((await request.formData()).get('passkey'));
    const message = outcome.is === 'refused' ? outcome.message : null;
    return Response.json({ message }, { headers: { 'Cache-Control': 'no-store' } });
  } catch (error) {
    return problemResponse(error, factsFrom(request.headers).requestId);
  }
}

import { passkeyChallenge } from '@/lib/identity/passkeys';
import { signedIn } from '@/lib/identity/session';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

/** What a browser asks its passkeys: to sign in, and to confirm. */
export async function POST(request: Request): Promise<Response> {
  const facts = factsFrom(request.headers);
  try {
    const options = await passkeyChallenge(facts, await signedIn());
    return Response.json(options, { headers: { 'Cache-Control': 'no-store' } });
  } catch (error) {
    return problemResponse(error, facts.requestId);
  }
}

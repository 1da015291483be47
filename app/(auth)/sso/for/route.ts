import { ssoForEmail } from '@/lib/identity/sso-choice';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom } from '@/lib/platform/request-facts';

/** For the sign-in page, while an address is typed. */
export async function POST(request: Request): Promise<Response> {
  const facts = factsFrom(request.headers);
  try {
    const email = (await request.formData()).get('email');
    const choice = typeof email === 'string' ? await ssoForEmail(email.slice(0, 254), facts) : null;
    return Response.json({ choice }, { headers: { 'Cache-Control': 'no-store' } });
  } catch (error) {
    return problemResponse(error, facts.requestId);
  }
}

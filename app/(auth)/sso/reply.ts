import { unstable_rethrow } from 'next/navigation';
import { signedIn } from '@/lib/identity/session';
import { sealTrouble } from '@/lib/identity/trouble';
import { log } from '@/lib/platform/log';
import { asAppError } from '@/lib/platform/problem';
import { requestFacts } from '@/lib/platform/request';

/** Leads on to where the work says, or back to the sign-in page, which says what went wrong. */
export async function journeyReply(work: () => Promise<string>): Promise<Response> {
  try {
    return leadTo(await work());
  } catch (error) {
    unstable_rethrow(error);
    const { code, detail } = asAppError(error);
    const { requestId } = await requestFacts();
    log().warn({ err: error, code, requestId }, 'single sign-on did not succeed');
    const page = (await signedIn()) ? '/profile' : '/sign-in';
    return leadTo(`${page}?trouble=${encodeURIComponent(await sealTrouble(detail))}`);
  }
}

function leadTo(location: string): Response {
  return new Response(null, {
    status: 303,
    headers: { Location: location, 'Cache-Control': 'no-store' },
  });
}

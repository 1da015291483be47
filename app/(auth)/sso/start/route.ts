import { z } from 'zod';
import { SSO_PURPOSES, setOut } from '@/lib/identity/sso-journey';
import { localPath } from '../../sign-in/local-path';
import { journeyReply } from '../reply';

const asked = z.object({
  connection: z.string().max(100),
  purpose: z.enum(SSO_PURPOSES).catch('sign-in'),
});

/** Sends the browser to an identity provider. A link and no form: our policy lets forms lead nowhere else. */
export async function GET(request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  return journeyReply(async () => {
    const { connection, purpose } = asked.parse({
      connection: query.get('connection') ?? '',
      purpose: query.get('purpose') ?? 'sign-in',
    });
    // What is done to one's own sign-in begins on a page of ours, not on somebody's link.
    const site = request.headers.get('sec-fetch-site');
    const ours = site === null || site === 'same-origin';
    return setOut({
      connectionId: connection,
      purpose: ours ? purpose : 'sign-in',
      next: localPath(query.get('next')),
    });
  });
}

import { commandsOf } from '@/components/palette/commands';
import { placesOf } from '@/components/shell/places';
import { listCertificates } from '@/lib/certificates/list';
import { requireSignedIn } from '@/lib/identity/session';
import { deployment } from '@/lib/platform/deployment';
import { deskOf, opened } from '../opened';

const CERTIFICATES_OFFERED = 100;

/** What the palette of this session offers. */
export async function GET(): Promise<Response> {
  const signedIn = await requireSignedIn();
  const { principal, can, memberships } = signedIn;
  const { account } = await opened();
  const known = account?.ok ? signedIn.account : null;
  const certificates = known
    ? (await listCertificates(principal, { limit: CERTIFICATES_OFFERED })).items
    : [];
  const commands = commandsOf({
    places: placesOf({
      account: known,
      desk: deskOf(signedIn),
      mails: deployment().mailsShown === 'yes' ? 'shown' : 'hidden',
    }),
    account: known,
    memberships,
    may: {
      issue: can('certificates.issue'),
      revoke: can('certificates.revoke'),
      enforce: can('enforcement.change'),
    },
    ...(principal.actsIn ? { actsIn: principal.actsIn } : {}),
    certificates,
  });
  return Response.json({ commands }, { headers: { 'Cache-Control': 'no-store' } });
}

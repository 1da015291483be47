import type { Metadata } from 'next';
import { AcceptForm, JoinForm } from '@/components/members/accept-form';
import { givenText } from '@/components/members/role-words';
import { Entrance } from '@/components/public/entrance';
import { PublicLinks } from '@/components/public/links';
import { Day } from '@/components/time/when';
import { Link } from '@/components/ui/link';
import { type FoundInvitation, findInvitation } from '@/lib/accounts/accept';
import { signedIn } from '@/lib/identity/session';
import { requestFacts } from '@/lib/platform/request';
import { acceptAction, joinAction, signOutAction } from './actions';

export const metadata: Metadata = { title: 'Invitation', referrer: 'no-referrer' };
export const dynamic = 'force-dynamic';

type Props = { params: Promise<{ token: string }> };

const OVER = {
  unknown: 'This link is not complete, or a newer one was sent.',
  used: 'This invitation was accepted already.',
  withdrawn: 'This invitation was withdrawn.',
  expired: 'The seven days of this invitation are over.',
};

export default async function InvitationPage({ params }: Props) {
  const { token } = await params;
  const { requestId } = await requestFacts();
  const found = await findInvitation(token, requestId);
  return (
    <Entrance>
      {found.state === 'over' ? <Over found={found} /> : <Open found={found} token={token} />}
      <div className="mt-8">
        <PublicLinks />
      </div>
    </Entrance>
  );
}

async function Open({
  found: { invitation, accountName, reader },
  token,
}: {
  found: Extract<FoundInvitation, { state: 'open' }>;
  token: string;
}) {
  const here = await signedIn();
  const { email } = invitation;
  const theirs = here?.person.email.toLowerCase() === email;
  return (
    <>
      <h1 className="title mt-8">Join {accountName}</h1>
      <p className="lede">
        {invitation.invitedBy} invites you: {givenText(invitation)}. The link works once, until{' '}
        <Day at={invitation.expiresAt} />.
      </p>
      {here && !theirs ? (
        <form action={signOutAction.bind(null, token)} className="mt-6 grid gap-4">
          <p>
            This invitation is to {email}, and you are signed in as {here.person.email}. Nothing was
            changed.
          </p>
          <button className="btn btn-wide" type="submit">
            Sign out and go on as {email}
          </button>
        </form>
      ) : null}
      {theirs ? <JoinForm accountName={accountName} action={joinAction.bind(null, token)} /> : null}
      {!here && reader === 'new' ? (
        <AcceptForm
          email={email}
          accountName={accountName}
          action={acceptAction.bind(null, token)}
        />
      ) : null}
      {!here && reader === 'known' ? (
        <div className="mt-6 grid gap-4">
          <p>{email} has a sign-in here. Sign in with it to join.</p>
          <Link
            className="btn btn-primary btn-wide"
            href={`/sign-in?next=${encodeURIComponent(`/invitation/${token}`)}`}
          >
            Sign in
          </Link>
        </div>
      ) : null}
    </>
  );
}

function Over({
  found: { why, invitedBy },
}: {
  found: Extract<FoundInvitation, { state: 'over' }>;
}) {
  return (
    <>
      <h1 className="title mt-8">This invitation no longer works</h1>
      <p className="lede">{OVER[why]}</p>
      <p className="mt-4">
        {why === 'used'
          ? `If it was you, sign in. If it was not, tell ${invitedBy ?? 'whoever invited you'}.`
          : `Look for a newer mail, or ask ${invitedBy ?? 'whoever invited you'} to send another.`}
      </p>
      <Link className="btn btn-wide mt-6" href="/sign-in">
        Sign in
      </Link>
    </>
  );
}

import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { InviteForm } from '@/components/members/invite-form';
import { mayHandle } from '@/lib/access/membership';
import { inAccount } from '../../opened';
import { inviteAction } from '../actions';

export const metadata: Metadata = { title: 'Invite person' };

export default async function InvitePage() {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, account, can } = signedIn;
  if (!can('members.manage')) redirect('/members');
  return (
    <>
      <div>
        <h1 className="title">Invite person</h1>
        <p className="lede">
          They get a link by e-mail, choose a password, and are members of {account?.name}. Whoever
          signs in here with that address already just joins.
        </p>
      </div>
      <div className="cols">
        <div className="c7">
          <InviteForm
            owners={mayHandle(principal.roles, 'owner') ? 'offered' : 'left out'}
            action={inviteAction}
          />
        </div>
      </div>
    </>
  );
}

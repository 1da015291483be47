import type { Metadata } from 'next';
import { InvitationList } from '@/components/members/invitation-list';
import { MemberTable } from '@/components/members/member-table';
import { Link } from '@/components/ui/link';
import { Notice } from '@/components/ui/notice';
import { mayHandle } from '@/lib/access/membership';
import { listInvitations } from '@/lib/accounts/invitations';
import { listMembers } from '@/lib/accounts/members';
import type { MemberView } from '@/lib/contract/members';
import { inAccount } from '../opened';
import { invitationAction } from './actions';

export const metadata: Metadata = { title: 'Members' };

export default async function MembersPage() {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, person, can } = signedIn;
  const members = await listMembers(principal);
  const invitations = await listInvitations(principal);
  const manages = can('members.manage');
  const mayOpen = (member: MemberView) =>
    member.through === null &&
    (member.personId === person.id || (manages && mayHandle(principal.roles, member.role)));
  return (
    <>
      <div className="head">
        <div>
          <h1 className="title">Members</h1>
          <p className="lede">
            Who may act in this account.{' '}
            <Link className="link" href="/permissions">
              What each role may do
            </Link>
          </p>
        </div>
        {manages ? (
          <div className="acts">
            <Link className="btn btn-primary" href="/members/invite">
              Invite person
            </Link>
          </div>
        ) : null}
      </div>
      {members.some((one) => one.role === 'owner' && one.through === null) ? null : (
        <Notice tone="expiring" title="This account has no Owner">
          <p>
            Nobody can make or change Owners here. Ask your provider to make one of you the Owner.
          </p>
        </Notice>
      )}
      <div className="sheet overflow-hidden">
        <MemberTable members={members} me={person.id} mayOpen={mayOpen} />
      </div>
      {invitations.length > 0 ? (
        <section className="sheet" aria-labelledby="invitations-title">
          <div className="sheet-head">
            <h2 className="h2" id="invitations-title">
              Invitations
            </h2>
            <span className="small quiet end">Each link works once, for seven days</span>
          </div>
          <InvitationList invitations={invitations} action={manages ? invitationAction : null} />
        </section>
      ) : null}
    </>
  );
}

import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { EndForm, RoleForm } from '@/components/members/member-form';
import { givenText, givenValue } from '@/components/members/role-words';
import { Day } from '@/components/time/when';
import { Link } from '@/components/ui/link';
import { mayHandle } from '@/lib/access/membership';
import { listMembers } from '@/lib/accounts/members';
import { inAccount } from '../../opened';
import { leaveAction, removeAction, roleAction } from '../actions';

export const metadata: Metadata = { title: 'Member' };

type Props = { params: Promise<{ id: string }> };

export default async function MemberPage({ params }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, person, can } = signedIn;
  const { id } = await params;
  const members = await listMembers(principal);
  const member = members.find((one) => one.personId === id && one.through === null);
  if (!member) redirect('/members');
  const self = member.personId === person.id;
  const manages = can('members.manage') && mayHandle(principal.roles, member.role);
  if (!self && !manages) redirect('/members');
  return (
    <>
      <div>
        <h1 className="title">{member.name}</h1>
        <p className="lede">
          {member.email}, {givenText(member)} since <Day at={member.since} />.{' '}
          <Link className="link" href="/members">
            All members
          </Link>
        </p>
      </div>
      <div className="cols">
        <div className="c7">
          {manages ? (
            <RoleForm
              name={member.name}
              given={givenValue(member)}
              owners={mayHandle(principal.roles, 'owner') ? 'offered' : 'left out'}
              action={roleAction.bind(null, id)}
            />
          ) : (
            <p>An Owner or Admin of the account changes your role.</p>
          )}
        </div>
        <aside className="c5">
          <section className="sheet sheet-pad grid gap-3" aria-labelledby="end-title">
            <h2 className="h2" id="end-title">
              {self ? 'Leave account' : `Remove ${member.name}`}
            </h2>
            <p className="small">
              {self ? 'You' : 'They'} lose access with the next request, and invitations{' '}
              {self ? 'you' : 'they'} sent stop working.
            </p>
            <p className="small">
              Certificates {self ? 'you' : 'they'} issued stay live and API keys go on working: they
              are the account’s. Rotate keys and revoke certificates whose secrets{' '}
              {self ? 'you' : 'they'} hold.
            </p>
            {self ? (
              <EndForm
                words={{ idle: 'Leave account', busy: 'Leaving account' }}
                action={leaveAction}
              />
            ) : (
              <EndForm
                words={{ idle: `Remove ${member.name}`, busy: 'Removing' }}
                action={removeAction.bind(null, id)}
              />
            )}
          </section>
        </aside>
      </div>
    </>
  );
}

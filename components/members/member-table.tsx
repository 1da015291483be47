import { Ago } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { Link } from '@/components/ui/link';
import type { MemberView } from '@/lib/contract/members';
import { givenText } from './role-words';

/** Who may act here. Those who reach the account through one above are changed there. */
export function MemberTable({
  members,
  me,
  mayOpen,
}: {
  members: MemberView[];
  me: string;
  mayOpen: (member: MemberView) => boolean;
}) {
  return (
    <table className="rows">
      <thead>
        <tr>
          <th scope="col">Person</th>
          <th scope="col">Role</th>
          <th scope="col">Last sign-in</th>
          <th scope="col">Second factor</th>
          <th scope="col">
            <span className="sr-only">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {members.map((member) => (
          <tr key={`${member.personId} ${member.through}`}>
            <td>
              <span className="name">{member.name}</span>
              {member.personId === me ? <span className="quiet"> (you)</span> : null}
              <small>{member.email}</small>
            </td>
            <td data-l="Role">
              <span>
                {givenText(member)}
                {member.through ? <small>through {member.through}</small> : null}
              </span>
            </td>
            <td data-l="Last sign-in">
              {member.lastSignIn ? (
                <Ago at={member.lastSignIn} />
              ) : (
                <span className="quiet">Never</span>
              )}
            </td>
            <td data-l="Second factor">
              {member.secondFactor === 'yes' ? (
                <Badge shape="live">Yes</Badge>
              ) : (
                <span className="quiet">No</span>
              )}
            </td>
            <td className="verdict-cell text-right">
              {mayOpen(member) ? (
                <Link className="btn btn-sm" href={`/members/${member.personId}`}>
                  {member.personId === me ? 'Change or leave' : 'Change'}
                  <span className="sr-only"> {member.name}</span>
                </Link>
              ) : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

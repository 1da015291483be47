import { Ago, Day } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import type { InvitationView } from '@/lib/contract/members';
import { type InvitationAction, InvitationActs } from './invitation-acts';
import { givenText } from './role-words';

/** What was sent and waits; the acts for those who may. */
export function InvitationList({
  invitations,
  action,
}: {
  invitations: InvitationView[];
  action: InvitationAction | null;
}) {
  return (
    <ul>
      {invitations.map((invitation) => (
        <li key={invitation.id} className="sheet-row invitation">
          <div>
            <b>{invitation.email}</b>
            <small>
              {givenText(invitation)}, invited by {invitation.invitedBy}{' '}
              <Ago at={invitation.sentAt} />
            </small>
          </div>
          {invitation.state === 'open' ? (
            <span className="small quiet">
              Works until <Day at={invitation.expiresAt} />
            </span>
          ) : (
            <Badge shape="expired">Expired</Badge>
          )}
          {action ? <InvitationActs invitation={invitation} action={action} /> : null}
        </li>
      ))}
    </ul>
  );
}

'use client';

import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import type { InvitationView } from '@/lib/contract/members';

export type InvitationState = { problem?: Problem; sent?: string };
export type InvitationAction = (state: InvitationState, data: FormData) => Promise<InvitationState>;

export function InvitationActs({
  invitation,
  action,
}: {
  invitation: InvitationView;
  action: InvitationAction;
}) {
  const { state, pending, form } = useKeptForm<InvitationState>(action, {});
  return (
    <form {...form} className="invitation-acts">
      <input type="hidden" name="id" value={invitation.id} />
      <div className="acts">
        <button className="btn btn-sm" name="act" value="send" type="submit" disabled={pending}>
          Send again
          <span className="sr-only"> to {invitation.email}</span>
        </button>
        <button className="btn btn-sm" name="act" value="withdraw" type="submit" disabled={pending}>
          Withdraw
          <span className="sr-only"> the invitation to {invitation.email}</span>
        </button>
      </div>
      {state.sent ? (
        <p className="small quiet" role="status">
          {state.sent}
        </p>
      ) : null}
      <ProblemNotice problem={state.problem} />
    </form>
  );
}

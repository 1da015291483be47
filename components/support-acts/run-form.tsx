'use client';

import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { ReasonField } from './reason-field';

export type RunState = { reason: string; problem?: Problem };
export type RunAction = (state: RunState, data: FormData) => Promise<RunState>;

/** Asks for the run: what it does, by name and number, and why. */
export function RunForm({
  live,
  accounts,
  action,
}: {
  /** Certificates that would be revoked. */
  live: number;
  accounts: string[];
  action: RunAction;
}) {
  const { state, pending, form } = useKeptForm(action, { reason: '' });
  return (
    <form {...form} className="sheet sheet-pad act-form">
      <div>
        <h2 className="h2">Treat the key as compromised</h2>
        <p className="small soft mt-1">
          {live === 0
            ? 'No live certificate has it. It is blocked for good: no account can use it again.'
            : `${live === 1 ? 'One live certificate is' : `${live} live certificates are`} revoked, edges refuse them within a second and close their open connections, and the key is blocked for good.`}{' '}
          {accounts.length > 0 ? `${accounts.join(' and ')} is told by mail.` : ''} It cannot be
          undone.
        </p>
      </div>
      <ProblemNotice problem={state.problem} />
      <ReasonField
        reason={state.reason}
        hint="Who reported it, and how you know. The lead decides by it, and the customer reads it."
      />
      <label className="check-line">
        <input type="checkbox" name="sure" value="yes" required />
        <span>This key is to be revoked everywhere.</span>
      </label>
      <div className="acts-and-why">
        <button className="btn btn-danger-fill" type="submit" disabled={pending}>
          {pending ? 'Sending' : 'Ask a support lead'}
        </button>
        <p className="small soft">Nothing happens before a support lead other than you approves.</p>
      </div>
    </form>
  );
}

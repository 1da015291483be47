'use client';

import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import { Link } from '@/components/ui/link';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { RoleChoices } from './role-choices';

export type InviteState = { values: { email: string; given: string }; problem?: Problem };

export function InviteForm({
  owners,
  action,
}: {
  owners: 'offered' | 'left out';
  action: (state: InviteState, data: FormData) => Promise<InviteState>;
}) {
  const initial: InviteState = { values: { email: '', given: 'viewer' } };
  const { state, pending, form } = useKeptForm(action, initial);
  return (
    <form {...form} className="grid gap-6">
      <ProblemNotice problem={state.problem} />
      <Field
        label="E-mail address"
        name="email"
        type="email"
        autoComplete="off"
        maxLength={254}
        required
        defaultValue={state.values.email}
        hint="The link goes to this address alone, works once and for seven days."
      />
      <RoleChoices picked={state.values.given} owners={owners} />
      <div className="acts">
        <button className="btn btn-primary" type="submit" disabled={pending}>
          {pending ? 'Sending invitation' : 'Send invitation'}
        </button>
        <Link className="btn" href="/members">
          Back to members
        </Link>
      </div>
    </form>
  );
}

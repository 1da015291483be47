'use client';

import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import { NewPasswordField } from '@/components/ui/new-password-field';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { PERSON_NAME_MAX_CHARACTERS } from '@/lib/contract/members';

export type AcceptState = { values: { name: string }; problem?: Problem };
type AcceptAction = (state: AcceptState, data: FormData) => Promise<AcceptState>;

/** For who has no sign-in yet. */
export function AcceptForm({
  email,
  accountName,
  action,
}: {
  email: string;
  accountName: string;
  action: AcceptAction;
}) {
  const { state, pending, form } = useKeptForm<AcceptState>(action, { values: { name: '' } });
  return (
    <form {...form} className="mt-6 grid gap-4">
      <ProblemNotice problem={state.problem} />
      <Field label="E-mail" type="email" value={email} readOnly autoComplete="username" />
      <Field
        label="Your name"
        name="name"
        autoComplete="name"
        maxLength={PERSON_NAME_MAX_CHARACTERS}
        required
        defaultValue={state.values.name}
      />
      <NewPasswordField label="Password" name="password" />
      <button className="btn btn-primary btn-wide mt-2" type="submit" disabled={pending}>
        {pending ? 'Joining' : `Join ${accountName}`}
      </button>
    </form>
  );
}

/** For who is signed in with the invited address. */
export function JoinForm({ accountName, action }: { accountName: string; action: AcceptAction }) {
  const { state, pending, form } = useKeptForm<AcceptState>(action, { values: { name: '' } });
  return (
    <form {...form} className="mt-6 grid gap-4">
      <ProblemNotice problem={state.problem} />
      <button className="btn btn-primary btn-wide" type="submit" disabled={pending}>
        {pending ? 'Joining' : `Join ${accountName}`}
      </button>
    </form>
  );
}

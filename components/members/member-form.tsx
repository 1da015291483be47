'use client';

import { useEffect } from 'react';
import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { say } from '@/components/ui/toasts';
import { RoleChoices } from './role-choices';

export type MemberState = { given: string; problem?: Problem; saved?: string };
type MemberAction = (state: MemberState, data: FormData) => Promise<MemberState>;

export function RoleForm({
  name,
  given,
  owners,
  action,
}: {
  name: string;
  given: string;
  owners: 'offered' | 'left out';
  action: MemberAction;
}) {
  const { state, pending, form } = useKeptForm<MemberState>(action, { given });
  const { saved } = state;
  useEffect(() => {
    if (saved) say({ text: saved });
  }, [saved]);
  return (
    <form {...form} className="grid gap-6">
      <ProblemNotice problem={state.problem} />
      <RoleChoices picked={state.given} owners={owners} />
      <div className="acts">
        <button className="btn btn-primary" type="submit" disabled={pending}>
          {pending ? 'Changing role' : `Change role of ${name}`}
        </button>
      </div>
    </form>
  );
}

/** One press: removing somebody, or leaving oneself. What it does stands above it. */
export function EndForm({
  words,
  action,
}: {
  words: { idle: string; busy: string };
  action: MemberAction;
}) {
  const { state, pending, form } = useKeptForm<MemberState>(action, { given: '' });
  return (
    <form {...form} className="grid gap-3">
      <ProblemNotice problem={state.problem} />
      <div className="acts">
        <button className="btn btn-danger" type="submit" disabled={pending}>
          {pending ? words.busy : words.idle}
        </button>
      </div>
    </form>
  );
}

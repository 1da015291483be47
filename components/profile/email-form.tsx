'use client';

import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import { Notice } from '@/components/ui/notice';
import { ProblemNotice } from '@/components/ui/problem-notice';
import type { ProfileAction, ProfileState } from './password-form';

export function EmailForm({ action }: { action: ProfileAction }) {
  const initial: ProfileState = {};
  const { state, pending, form } = useKeptForm(action, initial);
  return (
    <form {...form} className="mt-4 grid gap-4">
      <ProblemNotice problem={state.problem} />
      {state.done ? (
        <Notice>
          <p role="status">{state.done}</p>
        </Notice>
      ) : null}
      <Field
        label="New address"
        name="email"
        type="email"
        autoComplete="off"
        maxLength={254}
        required
      />
      <div>
        <button className="btn" type="submit" disabled={pending}>
          Send a link to it
        </button>
      </div>
    </form>
  );
}

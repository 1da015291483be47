'use client';

import type { ProfileAction, ProfileState } from '@/components/profile/password-form';
import { useKeptForm } from '@/components/ui/kept-form';
import { ProblemNotice } from '@/components/ui/problem-notice';

export function SecondFactorForm({
  required,
  action,
}: {
  required: 'yes' | 'no';
  action: ProfileAction;
}) {
  const initial: ProfileState = {};
  const { state, pending, form } = useKeptForm(action, initial);
  return (
    <form {...form} className="mt-4 grid gap-4">
      <ProblemNotice problem={state.problem} />
      <div>
        <button
          className={required === 'yes' ? 'btn' : 'btn btn-primary'}
          type="submit"
          name="required"
          value={required === 'yes' ? 'no' : 'yes'}
          disabled={pending}
        >
          {required === 'yes' ? 'Require it no more' : 'Require a second factor'}
        </button>
      </div>
    </form>
  );
}

'use client';

import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';

export type DecideState = { note: string; problem?: Problem };
export type DecideAction = (state: DecideState, data: FormData) => Promise<DecideState>;

/** Approving does it at once; declining says why. */
export function DecideForm({ title, action }: { title: string; action: DecideAction }) {
  const { state, pending, form } = useKeptForm(action, { note: '' });
  return (
    <form {...form} className="grid gap-3">
      <ProblemNotice problem={state.problem} />
      <Field
        label="A word to who asked"
        hint="Needed to decline."
        name="note"
        maxLength={500}
        autoComplete="off"
        defaultValue={state.note}
      />
      <div className="acts">
        <button
          className="btn btn-primary"
          type="submit"
          name="decision"
          value="approve"
          disabled={pending}
        >
          {pending ? 'Sending' : 'Approve and do it'}
          <span className="sr-only">: {title}</span>
        </button>
        <button className="btn" type="submit" name="decision" value="decline" disabled={pending}>
          Decline
          <span className="sr-only">: {title}</span>
        </button>
      </div>
    </form>
  );
}

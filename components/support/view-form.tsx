'use client';

import { useActionState } from 'react';
import { Field } from '@/components/ui/field';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';

export type ViewState = { values: { reason: string }; problem?: Problem };

export function ViewForm({
  account,
  action,
}: {
  account: string;
  action: (state: ViewState, data: FormData) => Promise<ViewState>;
}) {
  const [state, submit, pending] = useActionState(action, { values: { reason: '' } });
  return (
    <form action={submit} className="sheet sheet-pad grid max-w-xl gap-4">
      <ProblemNotice problem={state.problem} />
      <Field
        label="Why"
        name="reason"
        required
        minLength={5}
        maxLength={300}
        defaultValue={state.values.reason}
        hint={`The people of ${account} read it in their activity, with your name.`}
      />
      <div className="acts">
        <button type="submit" className="btn btn-primary" disabled={pending}>
          {pending ? 'Opening the view' : 'View as customer'}
        </button>
      </div>
    </form>
  );
}

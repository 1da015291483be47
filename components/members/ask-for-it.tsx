'use client';

import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';

export type AskState = { asked?: string; problem?: Problem };
export type AskAction = (state: AskState, data: FormData) => Promise<AskState>;

/** One press, where something may not be done: those who can give the right are told. */
export function AskForIt({ action, form: looks = 'btn' }: { action: AskAction; form?: string }) {
  const { state, pending, form } = useKeptForm<AskState>(action, {});
  if (state.asked) {
    return (
      <p className="small soft" role="status">
        {state.asked}
      </p>
    );
  }
  return (
    <form {...form} className="grid gap-3">
      <ProblemNotice problem={state.problem} />
      <div className="acts">
        <button className={looks} type="submit" disabled={pending}>
          {pending ? 'Asking' : 'Ask for Manage mTLS'}
        </button>
      </div>
    </form>
  );
}

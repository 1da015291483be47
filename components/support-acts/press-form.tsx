'use client';

import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';

export type PressState = { problem?: Problem };
export type PressAction = (state: PressState, data: FormData) => Promise<PressState>;

/** One press. @param what for who does not see what stands beside it */
export function PressForm({
  action,
  words,
  what,
}: {
  action: PressAction;
  words: { idle: string; busy: string };
  what: string;
}) {
  const { state, pending, form } = useKeptForm<PressState>(action, {});
  return (
    <form {...form} className="one-act">
      <button className="btn btn-sm" type="submit" disabled={pending}>
        {pending ? words.busy : words.idle}
        <span className="sr-only">: {what}</span>
      </button>
      <ProblemNotice problem={state.problem} />
    </form>
  );
}

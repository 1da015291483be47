'use client';

import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';

export type LabelState = { values: { label: string }; problem?: Problem; saved?: string };

/** Renames in place. It opens without scripts too. */
export function LabelForm({
  label,
  maxLabel,
  action,
}: {
  label: string;
  maxLabel: number;
  action: (state: LabelState, data: FormData) => Promise<LabelState>;
}) {
  const { state, pending, form } = useKeptForm(action, { values: { label } });
  return (
    <details className="mt-2" key={state.saved} open={state.problem !== undefined}>
      <summary className="link small">Rename</summary>
      <form {...form} className="rename">
        <input
          className="input"
          name="label"
          aria-label="Label"
          defaultValue={state.values.label}
          maxLength={maxLabel}
          autoComplete="off"
          required
        />
        <button className="btn" type="submit" disabled={pending}>
          Save label
        </button>
      </form>
      {state.problem ? (
        <div className="mt-2">
          <ProblemNotice problem={state.problem} />
        </div>
      ) : null}
    </details>
  );
}

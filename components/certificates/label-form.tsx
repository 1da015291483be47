'use client';

import { startTransition, useEffect } from 'react';
import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { say } from '@/components/ui/toasts';

export type LabelState = {
  values: { label: string };
  problem?: Problem;
  saved?: { label: string; before: string };
};

/** Renames in place, and back again. It opens without scripts too. */
export function LabelForm({
  label,
  maxLabel,
  action,
}: {
  label: string;
  maxLabel: number;
  action: (state: LabelState, data: FormData) => Promise<LabelState>;
}) {
  const { state, send, pending, form } = useKeptForm(action, { values: { label } });
  const { saved } = state;
  useEffect(() => {
    if (!saved || saved.label === saved.before) return;
    const undo = () => {
      const data = new FormData();
      data.set('label', saved.before);
      startTransition(() => send(data));
    };
    say({ text: `Renamed to ${saved.label}.`, undo });
  }, [saved, send]);
  return (
    <details className="mt-2" key={saved?.label} open={state.problem !== undefined}>
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

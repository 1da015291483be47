'use client';

import { useId } from 'react';
import { useKeptForm } from '@/components/ui/kept-form';
import { Link } from '@/components/ui/link';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';

export type FindKeyState = {
  what: string;
  /** Where a number is of several. */
  keys: string[];
  problem?: Problem;
};
export type FindKeyAction = (state: FindKeyState, data: FormData) => Promise<FindKeyState>;

export function FindKeyForm({ action }: { action: FindKeyAction }) {
  const { state, pending, form } = useKeptForm(action, { what: '', keys: [] });
  const id = useId();
  return (
    <form {...form} className="sheet sheet-pad act-form">
      <ProblemNotice problem={state.problem} />
      <div className="field">
        <label htmlFor={id}>Certificate, serial number or fingerprint</label>
        <textarea
          className="input reason what"
          id={id}
          name="what"
          rows={4}
          required
          autoComplete="off"
          spellCheck={false}
          defaultValue={state.what}
          aria-describedby={`${id}-hint`}
        />
        <p className="hint" id={`${id}-hint`}>
          PEM of the certificate or of a signing request, a serial number in any notation, SHA-256
          of the certificate or of its key. Never the private key.
        </p>
      </div>
      {state.keys.length > 1 ? (
        <div className="small">
          <p>That number is of certificates with several keys. Pick one:</p>
          <ul className="grid gap-1 mt-1">
            {state.keys.map((key) => (
              <li key={key}>
                <Link className="link mono" href={`/support/compromise?key=${key}`}>
                  {key}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      <div className="acts">
        <button className="btn btn-primary" type="submit" disabled={pending}>
          {pending ? 'Looking' : 'Find every use of its key'}
        </button>
      </div>
    </form>
  );
}

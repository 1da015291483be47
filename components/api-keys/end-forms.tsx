'use client';

import { useState } from 'react';
import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { TypedConfirmation } from '@/components/ui/typed-confirmation';
import { OVERLAP_HOURS, USUAL_OVERLAP_HOURS } from '@/lib/contract/api-keys';
import { type Made, MadeKey } from './made-key';
import { overlapWords } from './words';

export type RotateState = { hours: number; problem?: Problem; made?: Made };
export type RevokeKeyState = { typed: string; problem?: Problem };

/** It stays in the page once it is done, since the new key is in it. */
export function RotateForm({
  rotatable,
  action,
}: {
  rotatable: 'yes' | 'no';
  action: (state: RotateState, data: FormData) => Promise<RotateState>;
}) {
  const { state, pending, form } = useKeptForm(action, { hours: USUAL_OVERLAP_HOURS });
  if (state.made) return <MadeKey made={state.made} />;
  if (rotatable === 'no') return null;
  return (
    <section className="sheet sheet-pad" aria-labelledby="rotate-title">
      <h2 className="h2" id="rotate-title">
        Rotate
      </h2>
      <p className="soft mt-2">
        You get a new key with the same rights now. Until the old one ends, both work.
      </p>
      <form {...form} className="grid gap-4 mt-4">
        <ProblemNotice problem={state.problem} />
        <fieldset>
          <legend className="label mb-2">The old key ends</legend>
          <div className="key-options">
            {OVERLAP_HOURS.map((hours) => (
              <label key={hours}>
                <input
                  className="radio"
                  type="radio"
                  name="hours"
                  value={hours}
                  defaultChecked={state.hours === hours}
                />
                {overlapWords(hours)}
              </label>
            ))}
          </div>
        </fieldset>
        <div className="acts">
          <button className="btn btn-primary" type="submit" disabled={pending}>
            {pending ? 'Rotating key' : 'Rotate key'}
          </button>
        </div>
      </form>
    </section>
  );
}

export function RevokeKeyForm({
  name,
  confirmation,
  action,
}: {
  name: string;
  /** `typed` where calls came with it lately. */
  confirmation: 'typed' | 'none';
  action: (state: RevokeKeyState, data: FormData) => Promise<RevokeKeyState>;
}) {
  const { state, pending, form } = useKeptForm(action, { typed: '' });
  const [typed, setTyped] = useState(state.typed);
  const asked = confirmation === 'typed' || state.problem?.code === 'confirmation_required';
  return (
    <section className="sheet sheet-pad" aria-labelledby="revoke-title">
      <h2 className="h2" id="revoke-title">
        Revoke
      </h2>
      <p className="soft mt-2">
        The next call with it is refused with 401. It cannot be undone.
        {confirmation === 'typed' ? ' Calls came with it in the last 24 hours.' : ''}
      </p>
      <form {...form} className="grid gap-4 mt-4">
        <ProblemNotice problem={state.problem} />
        {asked ? <TypedConfirmation words={[name]} typed={typed} onTyped={setTyped} /> : null}
        <div className="acts">
          <button className="btn btn-danger" type="submit" disabled={pending}>
            {pending ? 'Revoking key' : 'Revoke key'}
          </button>
        </div>
      </form>
    </section>
  );
}

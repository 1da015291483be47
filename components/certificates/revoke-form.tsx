'use client';

import { useState } from 'react';
import { useKeptForm } from '@/components/ui/kept-form';
import { Link } from '@/components/ui/link';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { TypedConfirmation } from '@/components/ui/typed-confirmation';
import { REASON_WORDS } from '@/components/words';
import { REVOCATION_REASONS, type RevocationReason } from '@/lib/kernel/environments';

export type RevokeState = {
  values: { reason: RevocationReason | ''; confirmation: string };
  problem?: Problem;
};

const ORDER = Object.keys(REASON_WORDS);

/** A reason, the name typed where it matters, and one button that says what it does. */
export function RevokeForm({
  certificate,
  confirmation,
  reason: likely,
  action,
}: {
  certificate: { id: string; label: string; commonName: string };
  /** `typed` where traffic would be hurt. */
  confirmation: 'typed' | 'none';
  /** Picked already; the empty one picks none. */
  reason: RevocationReason | '';
  action: (state: RevokeState, data: FormData) => Promise<RevokeState>;
}) {
  const initial: RevokeState = { values: { reason: likely, confirmation: '' } };
  const { state, pending, form } = useKeptForm(action, initial);
  const [typed, setTyped] = useState(state.values.confirmation);
  const { label, commonName } = certificate;
  const reasons = REVOCATION_REASONS.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return (
    <form {...form} className="grid gap-6">
      <ProblemNotice problem={state.problem} />
      <fieldset>
        <legend className="h3 mb-2">Why is it revoked?</legend>
        <div className="choices">
          {reasons.map((reason) => (
            <label key={reason}>
              <input
                className="radio"
                type="radio"
                name="reason"
                value={reason}
                defaultChecked={state.values.reason === reason}
                required
              />
              <span>{REASON_WORDS[reason].name}</span>
              <small>{REASON_WORDS[reason].when}</small>
            </label>
          ))}
        </div>
      </fieldset>
      {confirmation === 'typed' || state.problem?.code === 'confirmation_required' ? (
        <TypedConfirmation
          words={label === commonName ? [label] : [label, commonName]}
          typed={typed}
          onTyped={setTyped}
        />
      ) : null}
      <div className="acts">
        <button className="btn btn-danger-fill" type="submit" disabled={pending}>
          {pending ? 'Revoking certificate' : 'Revoke certificate'}
        </button>
        <Link className="btn" href={`/certificates/${certificate.id}`}>
          Keep certificate
        </Link>
      </div>
    </form>
  );
}

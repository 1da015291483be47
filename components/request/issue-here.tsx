'use client';

import type { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import type { Choice } from './choices';
import { Findings } from './findings';
import type { MadeKey } from './key-maker';
import { IssueRefused } from './request-notices';

/** What issuing came to. `chain` is the certificate and its issuing CA, PEM. */
export type IssuedHere =
  | { kind: 'none' }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'issued'; id: string; commonName: string; label: string; chain: string };

export type IssueHereAction = (state: IssuedHere, data: FormData) => Promise<IssuedHere>;

export type KeptIssue = ReturnType<typeof useKeptForm<IssuedHere>>;

const REASONS = {
  'no-key': 'Make the key first.',
  unsaved: 'Save the key first: issuing uses a slot, and without its key a certificate is useless.',
  ready: null,
} as const;

/** The one act that sends something: the request, and nothing of the key. */
export function IssueHere({
  made,
  step,
  kept,
  choice,
  place: { slots },
  attempt,
}: {
  made: MadeKey | null;
  step: keyof typeof REASONS;
  kept: KeptIssue;
  choice: Choice;
  place: { slots: { held: number; limit: number } };
  attempt: string;
}) {
  const { state, pending, form } = kept;
  const full = slots.held >= slots.limit;
  const reason = full
    ? `All ${slots.limit} slots are used. Revoke a certificate first.`
    : REASONS[step];
  const closed = pending || full || step !== 'ready';
  return (
    <form action={form.action} onSubmit={form.onSubmit} className="sheet-row">
      <input type="hidden" name="attempt" value={attempt} />
      <input type="hidden" name="csr" value={made?.csr ?? ''} />
      <input type="hidden" name="environment" value={choice.environment} />
      <input type="hidden" name="label" value={choice.label} />
      <button
        type="submit"
        className={`btn btn-wide ${closed ? '' : 'btn-primary'}`}
        disabled={closed}
        aria-describedby="issue-here-why"
      >
        {pending ? 'Issuing certificate' : 'Issue certificate'}
      </button>
      <p id="issue-here-why" className="small soft mt-2.5">
        {reason ?? 'We get the signing request. The key stays here.'}
      </p>
      {state.kind === 'refused' ? (
        <div className="mt-4">
          <IssueRefused problem={state.problem} />
          <Findings findings={state.problem.findings ?? []} />
        </div>
      ) : null}
    </form>
  );
}

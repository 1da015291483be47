'use client';

import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { LIVE_LIMIT } from '@/lib/contract/act-limits';
import type { AccountStanding } from '@/lib/contract/support-acts';
import { ActFields } from './act-fields';
import { ReasonField } from './reason-field';
import { ACT_WORDS, type AccountActKind } from './words';

export type AskValues = {
  reason: string;
  limit: string;
  environment: string;
  minutes: string;
  email: string;
};
export type AskState = { values: AskValues; problem?: Problem };
export type AskAction = (state: AskState, data: FormData) => Promise<AskState>;

export const NOTHING_TYPED: AskValues = {
  ...{ reason: '', limit: '', environment: '', minutes: '60', email: '' },
};

const FOLLOWS = {
  alone: 'It is done at once.',
  'second person': 'Nothing happens before a support lead other than you approves it.',
  depends: `Up to ${LIVE_LIMIT.withoutSecondPerson} it is done at once; above, a support lead approves it first.`,
} as const;

/** What it does, what it needs to know, why, and on which account once more. */
export function ActForm({
  kind,
  standing,
  action,
}: {
  kind: AccountActKind;
  standing: AccountStanding;
  action: AskAction;
}) {
  const { state, pending, form } = useKeptForm(action, { values: NOTHING_TYPED });
  const { name, does, who, danger } = ACT_WORDS[kind];
  const asks = who === 'second person';
  return (
    <form {...form} className="sheet sheet-pad act-form">
      <div>
        <h2 className="h2">{name}</h2>
        <p className="small soft mt-1">{does}</p>
      </div>
      <ProblemNotice problem={state.problem} />
      <ActFields kind={kind} standing={standing} values={state.values} />
      <ReasonField
        reason={state.values.reason}
        hint={
          asks
            ? 'The lead decides by it, and the customer reads it afterwards.'
            : 'The customer reads it in the activity and in the mail.'
        }
      />
      <label className="check-line">
        <input type="checkbox" name="sure" value="yes" required />
        <span>
          I mean <b>{standing.name}</b>.
        </span>
      </label>
      <div className="acts-and-why">
        <button
          className={`btn ${danger ? 'btn-danger-fill' : 'btn-primary'}`}
          type="submit"
          disabled={pending}
        >
          {pending ? 'Sending' : asks ? 'Ask a support lead' : name}
        </button>
        <p className="small soft">{FOLLOWS[who]}</p>
      </div>
    </form>
  );
}

'use client';

import { useId } from 'react';
import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { daysText } from './life';

export type IdleRuleState = { problem?: Problem };
export type IdleRuleAction = (state: IdleRuleState, data: FormData) => Promise<IdleRuleState>;

/** Asks for a certificate to be revoked by itself once it is idle, or for that to be dropped. */
export function IdleRuleForm({
  rule,
  days,
  action,
}: {
  /** `by` is null where nothing renews it yet. */
  rule: { days: number; by: string | null } | null;
  days: number;
  action: IdleRuleAction;
}) {
  const { state, pending, form } = useKeptForm(action, {});
  return (
    <form {...form} className="idle-rule">
      <ProblemNotice problem={state.problem} />
      {rule ? (
        <RuleSentence rule={rule} />
      ) : (
        <div className="line">
          <IdleDays days={days}>Revoke the old one by itself once it has been idle for</IdleDays>
        </div>
      )}
      <button
        className="btn"
        type="submit"
        name="rule"
        value={rule ? 'drop' : 'set'}
        disabled={pending}
      >
        {rule ? 'Do not revoke by itself' : 'Revoke by itself'}
      </button>
    </form>
  );
}

function RuleSentence({ rule: { days, by } }: { rule: { days: number; by: string | null } }) {
  if (by === null) {
    return (
      <p>It is revoked by itself once it is renewed and has been idle for {daysText(days)}.</p>
    );
  }
  return (
    <p>
      The old one is revoked by itself once it has been idle for {daysText(days)} and calls come
      with the new one. <span className="soft">{by} asked for it.</span>
    </p>
  );
}

/** The number in its sentence. The server judges it again. */
export function IdleDays({ days, children }: { days: number; children: React.ReactNode }) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{children}</label>
      <input
        className="input days"
        id={id}
        name="idleDays"
        type="number"
        inputMode="numeric"
        min={1}
        max={90}
        defaultValue={days}
        required
      />
      <span>days</span>
    </>
  );
}

'use client';

import { useId, useState } from 'react';
import { useKeptForm } from '@/components/ui/kept-form';
import { Link } from '@/components/ui/link';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { TypedConfirmation } from '@/components/ui/typed-confirmation';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { Environment } from '@/lib/kernel/environments';
import { confirmationWord } from './confirmation';

export type EnforcementState = { values: { confirmation: string }; problem?: Problem };
export type EnforcementAction = (
  state: EnforcementState,
  data: FormData,
) => Promise<EnforcementState>;

export function EnforceForm({
  environment,
  liveCount,
  action,
}: {
  environment: Environment;
  liveCount: number;
  action: EnforcementAction;
}) {
  const { state, pending, form } = useKeptForm(action, { values: { confirmation: '' } });
  const [typed, setTyped] = useState(state.values.confirmation);
  const id = useId();
  const word = confirmationWord(environment);
  const closed = liveCount === 0;
  return (
    <form {...form} className="grid gap-3">
      <ProblemNotice problem={state.problem} />
      <input type="hidden" name="mode" value="enforce" />
      <div className="line">
        <TypedConfirmation words={[word]} typed={typed} onTyped={setTyped} disabled={closed} />
        <button
          className={`btn ${!closed && typed.trim().toLowerCase() === word ? 'btn-primary' : ''}`}
          type="submit"
          disabled={closed || pending}
          aria-describedby={closed ? `${id}-why` : undefined}
        >
          {pending ? 'Enforcing' : `Enforce ${environment}`}
        </button>
      </div>
      {closed ? (
        <p className="small soft" id={`${id}-why`}>
          There is no live certificate in {environment}, so every call would be refused.{' '}
          <Link className="link" href={`/certificates/new?environment=${environment}`}>
            Issue certificate
          </Link>
        </p>
      ) : null}
    </form>
  );
}

export function TurnOffForm({
  environment,
  action,
}: {
  environment: Environment;
  action: EnforcementAction;
}) {
  const { state, pending, form } = useKeptForm(action, { values: { confirmation: '' } });
  return (
    <form {...form} className="grid gap-3">
      <ProblemNotice problem={state.problem} />
      <input type="hidden" name="mode" value="off" />
      <div className="acts">
        <button className="btn" type="submit" disabled={pending}>
          {pending ? 'Turning off enforcement' : 'Turn off enforcement'}
          <span className="sr-only"> in {ENVIRONMENT_WORDS[environment]}</span>
        </button>
      </div>
    </form>
  );
}

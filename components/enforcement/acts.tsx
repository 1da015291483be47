'use client';

import { useId } from 'react';
import { useKeptForm } from '@/components/ui/kept-form';
import { Link } from '@/components/ui/link';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { Environment } from '@/lib/kernel/environments';

export type ActState = { problem?: Problem };
export type Act = (state: ActState, data: FormData) => Promise<ActState>;

/** One press. @param words the button's, and what it says while the change is made */
export function OneAct({
  act,
  words,
  environment,
  mode,
  form: looks = 'btn',
}: {
  act: Act;
  words: { idle: string; busy: string };
  environment: Environment;
  /** Sent along where the act sets a mode. */
  mode?: 'off' | 'observe';
  form?: 'btn' | 'btn btn-primary' | 'btn btn-sm' | 'link';
}) {
  const { state, pending, form } = useKeptForm<ActState>(act, {});
  return (
    <form {...form} className={`one-act ${state.problem ? 'refused' : ''}`}>
      {mode ? <input type="hidden" name="mode" value={mode} /> : null}
      <button className={looks} type="submit" disabled={pending}>
        {pending ? words.busy : words.idle}
        <span className="sr-only"> in {ENVIRONMENT_WORDS[environment]}</span>
      </button>
      <ProblemNotice problem={state.problem} />
    </form>
  );
}

/** Not possible before a call with a certificate passed under the trial; until then it says so. */
export function ConfirmAct({
  act,
  environment,
  provedAt,
  form: looks,
}: {
  act: Act;
  environment: Environment;
  provedAt: string | null;
  form: 'btn btn-primary' | 'btn btn-sm confirm';
}) {
  const { state, pending, form } = useKeptForm<ActState>(act, {});
  const id = useId();
  const closed = provedAt === null;
  return (
    <form {...form} className={`one-act ${state.problem ? 'refused' : ''}`}>
      <button
        className={looks}
        type="submit"
        disabled={closed || pending}
        aria-describedby={closed ? id : undefined}
      >
        {pending ? 'Confirming' : looks.includes('sm') ? 'Confirm' : 'Confirm enforcement'}
        <span className="sr-only"> in {ENVIRONMENT_WORDS[environment]}</span>
      </button>
      {closed ? (
        <p className="why" id={id}>
          Confirming opens once a call with your certificate passes.{' '}
          <Link className="link" href={`/connect?environment=${environment}`}>
            Show the command
          </Link>
        </p>
      ) : null}
      <ProblemNotice problem={state.problem} />
    </form>
  );
}

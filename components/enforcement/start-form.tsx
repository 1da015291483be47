'use client';

import { useId, useState } from 'react';
import { exactUtc } from '@/components/time/format';
import { useZone } from '@/components/time/local';
import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import { Link } from '@/components/ui/link';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { TypedConfirmation } from '@/components/ui/typed-confirmation';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { Environment } from '@/lib/kernel/environments';
import { TRIAL_CHOICES, trialLength, USUAL_TRIAL_MINUTES } from './words';

export type StartValues = {
  minutes: number;
  when: 'now' | 'later';
  /** As a `datetime-local` field writes it. */
  date: string;
  reason: string;
  confirmation: string;
};
export type StartState = { values: StartValues; problem?: Problem };
export type StartAction = (state: StartState, data: FormData) => Promise<StartState>;
export type StartFacts = {
  environment: Environment;
  /** What has to be typed, because API clients would be refused; null when none would be. */
  word: string | null;
  /** Why enforcement should start without a recent call with a certificate. */
  reason: 'asked' | 'not asked';
  lastMtlsCallAt: string | null;
  mtlsHost: string;
  /** Whether starting is what to do next. */
  ready: 'yes' | 'no';
};

export const NOTHING_ASKED: StartValues = {
  minutes: USUAL_TRIAL_MINUTES,
  when: 'now',
  date: '',
  reason: '',
  confirmation: '',
};

/** A trial of enforcement: how long, now or at a date, and what stands in for missing evidence. */
export function StartForm({ facts, action }: { facts: StartFacts; action: StartAction }) {
  const { state, pending, form } = useKeptForm(action, { values: NOTHING_ASKED });
  const [values, setValues] = useState(state.values);
  const put = (some: Partial<StartValues>) => setValues((known) => ({ ...known, ...some }));
  const { environment, word } = facts;
  const later = values.when === 'later';
  const typed = word === null || values.confirmation.trim().toLowerCase() === word;
  return (
    <form {...form} className="start-form">
      <ProblemNotice problem={state.problem} />
      <div className="start-choices">
        <fieldset>
          <legend>Trial of</legend>
          <div className="options">
            {TRIAL_CHOICES.map(({ minutes, name }) => (
              <label key={minutes}>
                <input
                  className="radio"
                  type="radio"
                  name="minutes"
                  value={minutes}
                  checked={values.minutes === minutes}
                  onChange={() => put({ minutes })}
                />
                {name}
              </label>
            ))}
          </div>
        </fieldset>
        <fieldset>
          <legend>Starts</legend>
          <div className="options">
            {(['now', 'later'] as const).map((when) => (
              <label key={when}>
                <input
                  className="radio"
                  type="radio"
                  name="when"
                  value={when}
                  checked={values.when === when}
                  onChange={() => put({ when })}
                />
                {when === 'now' ? 'now' : 'at a date'}
              </label>
            ))}
          </div>
        </fieldset>
      </div>
      <StartDate values={values} onDate={(date) => put({ date })} />
      {facts.reason === 'asked' ? (
        <Reason facts={facts} reason={values.reason} onReason={(reason) => put({ reason })} />
      ) : null}
      {word === null ? null : (
        <TypedConfirmation
          words={[word]}
          typed={values.confirmation}
          onTyped={(confirmation) => put({ confirmation })}
        />
      )}
      <div className="acts-and-why">
        <button
          className={`btn ${typed && facts.ready === 'yes' ? 'btn-primary' : ''}`}
          type="submit"
          disabled={pending}
        >
          {pending ? (
            'Sending'
          ) : (
            <>
              <span className="needs-scripts">
                {later ? 'Schedule' : 'Start'} {trialLength(values.minutes)} trial
              </span>
              <span className="without-scripts">Start or schedule trial</span>
            </>
          )}
          <span className="sr-only"> in {ENVIRONMENT_WORDS[environment]}</span>
        </button>
        <p className="small soft">
          {later
            ? 'A mail reminds you a day and an hour before. You can cancel it until it starts.'
            : 'It goes back by itself unless you confirm it. Confirming opens once a call with your certificate has passed.'}
        </p>
      </div>
    </form>
  );
}

/** In the reader's own zone, which only scripts know; without them it is UTC. */
function StartDate({ values, onDate }: { values: StartValues; onDate: (date: string) => void }) {
  const zone = useZone();
  const at = values.date === '' ? null : new Date(values.date);
  const instant = zone && at && !Number.isNaN(at.getTime()) ? at.toISOString() : null;
  return (
    <div className={values.when === 'later' ? '' : 'without-scripts'}>
      <Field
        label={zone ? `Date and time (${zone})` : 'Date and time, if it is not now (UTC)'}
        hint={instant ? `That is ${exactUtc(instant)}.` : undefined}
        type="datetime-local"
        name="date"
        value={values.date}
        onChange={(event) => onDate(event.target.value)}
      />
      <input type="hidden" name="at" value={instant ?? ''} />
    </div>
  );
}

function Reason({
  facts,
  reason,
  onReason,
}: {
  facts: StartFacts;
  reason: string;
  onReason: (reason: string) => void;
}) {
  const id = useId();
  const { environment, lastMtlsCallAt, mtlsHost } = facts;
  return (
    <div className="missing-evidence">
      <p className="small soft" id={id}>
        No call with your certificate passed in {environment} in the last 7 days
        {lastMtlsCallAt ? `; the newest was on ${lastMtlsCallAt.slice(0, 10)}` : ''}. Make one to{' '}
        {mtlsHost}, and no reason is needed.{' '}
        <Link className="link" href={`/connect?environment=${environment}`}>
          Show the command
        </Link>
      </p>
      <Field
        label="Or say why it should start all the same"
        hint="Kept under Activity, with your name."
        name="reason"
        maxLength={500}
        required
        autoComplete="off"
        aria-describedby={id}
        value={reason}
        onChange={(event) => onReason(event.target.value)}
      />
    </div>
  );
}

'use client';

import type { EnforcementView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { type Act, ConfirmAct, OneAct } from './acts';
import { Clock, Drain, usePortalTime } from './countdown';
import { BACK_TO } from './words';

type Trial = NonNullable<EnforcementView['trial']>;
export type TrialActs = { confirm: Act; setMode: Act };

/** In its environment's column: how long it still runs, what it has shown, and how it ends. */
export function TrialColumn({
  environment,
  trial,
  now,
  acts,
  children,
}: {
  environment: Environment;
  trial: Trial;
  now: string;
  /** Null for those who may only read. */
  acts: TrialActs | null;
  /** What stands beside its acts. */
  children: React.ReactNode;
}) {
  const nowMs = usePortalTime(now);
  const back = BACK_TO[trial.before];
  return (
    <>
      <div className="countdown">
        <Clock trial={trial} nowMs={nowMs} />
        <p>
          then it goes back to {back} by itself.
          <br />
          {trial.provedAt
            ? `A call with your certificate passed under it at ${trial.provedAt.slice(11, 19)} UTC.`
            : 'No call with your certificate has passed under it yet.'}
        </p>
      </div>
      <Drain trial={trial} nowMs={nowMs} />
      <div className="column-acts">
        {acts ? (
          <>
            <ConfirmAct
              act={acts.confirm}
              environment={environment}
              provedAt={trial.provedAt}
              form="btn btn-primary"
            />
            <GoBack act={acts.setMode} environment={environment} before={trial.before} form="btn" />
          </>
        ) : null}
        {children}
      </div>
    </>
  );
}

export function GoBack({
  act,
  environment,
  before,
  form,
}: {
  act: Act;
  environment: Environment;
  before: Trial['before'];
  form: 'btn' | 'btn btn-sm';
}) {
  return (
    <OneAct
      act={act}
      environment={environment}
      mode={before === 'observe' ? 'observe' : 'off'}
      form={form}
      words={{
        idle: form === 'btn' ? `Go back to ${BACK_TO[before]}` : 'Go back',
        busy: 'Going back',
      }}
    />
  );
}

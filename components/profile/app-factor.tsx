'use client';

import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { RecoveryCodes } from './recovery-codes';

export type FactorState = { problem?: Problem; codes?: string[] };
export type FactorAction = (state: FactorState, data: FormData) => Promise<FactorState>;
export type AppState =
  | { state: 'none' }
  | { state: 'begun'; secret: string; qr: { size: number; path: string } }
  | { state: 'on'; since: string };

/** An authenticator app: asked for, shown as a picture, proved by a code. One action, which says what by its button. */
export function AppFactor({
  app,
  action,
  next,
}: {
  app: AppState;
  action: FactorAction;
  /** Where to go on once the codes were kept; null: stay. */
  next: string | null;
}) {
  const initial: FactorState = {};
  const { state, pending, form } = useKeptForm(action, initial);
  if (state.codes) return <RecoveryCodes codes={state.codes} next={next} />;
  return (
    <form {...form} className="mt-4 grid gap-4">
      <ProblemNotice problem={state.problem} />
      {app.state === 'begun' ? <Proof app={app} /> : null}
      <div className="acts">
        {app.state === 'none' ? (
          <button className="btn" type="submit" name="act" value="begin" disabled={pending}>
            Set up an app
          </button>
        ) : null}
        {app.state === 'begun' ? (
          <button
            className="btn btn-primary"
            type="submit"
            name="act"
            value="turn-on"
            disabled={pending}
          >
            {pending ? 'Checking the code' : 'Turn on'}
          </button>
        ) : null}
        {app.state === 'on' ? (
          <>
            <button className="btn" type="submit" name="act" value="renew" disabled={pending}>
              Make new recovery codes
            </button>
            <button
              className="btn btn-danger"
              type="submit"
              name="act"
              value="remove"
              disabled={pending}
            >
              Remove the app
            </button>
          </>
        ) : (
          <CancelButton state={app.state} />
        )}
      </div>
    </form>
  );
}

function CancelButton({ state }: { state: 'none' | 'begun' }) {
  if (state === 'none') return null;
  return (
    <button className="btn" type="submit" name="act" value="remove" formNoValidate>
      Cancel
    </button>
  );
}

function Proof({ app: { qr, secret } }: { app: Extract<AppState, { state: 'begun' }> }) {
  return (
    <div className="qr-beside">
      <svg
        className="qr"
        viewBox={`0 0 ${qr.size} ${qr.size}`}
        width={164}
        height={164}
        role="img"
        aria-label="Picture for your authenticator app"
      >
        <rect width={qr.size} height={qr.size} fill="#ffffff" />
        <path d={qr.path} fill="#000000" />
      </svg>
      <div className="grid gap-3">
        <p className="small soft">
          Read the picture with your authenticator app, or type this key into it:
        </p>
        <p className="mono small hex">{secret.match(/.{1,4}/g)?.join(' ')}</p>
        <Field
          label="Code that the app shows"
          name="code"
          form="typed"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          required
        />
      </div>
    </div>
  );
}

'use client';

import { ENVIRONMENT_WORDS } from '@/components/words';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';

const ENVIRONMENT_NOTES: Record<Environment, string> = {
  production: 'For real calls',
  sandbox: 'For trying; the edge explains each refusal',
};

export type Choice = { environment: Environment; label: string };

/** Where the certificate is for, and what people call it. */
export function Choices({
  choice,
  environments,
  maxLabel,
  onChange,
}: {
  choice: Choice;
  /** Where whoever is here may issue. */
  environments: readonly Environment[];
  maxLabel: number;
  onChange: (choice: Choice) => void;
}) {
  return (
    <>
      <fieldset className="doors">
        <legend className="sr-only">Environment</legend>
        {ENVIRONMENTS.map((environment) => (
          <label className="door" key={environment}>
            <b>
              <span className={`env ${environment}`}>{ENVIRONMENT_WORDS[environment]}</span>
            </b>
            <small>
              {environments.includes(environment)
                ? ENVIRONMENT_NOTES[environment]
                : 'Your Manage mTLS permission is not for this one'}
            </small>
            <input
              className="radio"
              type="radio"
              name="environment"
              value={environment}
              checked={choice.environment === environment}
              disabled={!environments.includes(environment)}
              onChange={() => onChange({ ...choice, environment })}
            />
          </label>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor="label">Label</label>
        <input
          className="input"
          id="label"
          name="label"
          maxLength={maxLabel}
          autoComplete="off"
          value={choice.label}
          onChange={(event) => onChange({ ...choice, label: event.target.value })}
          aria-describedby="label-hint"
        />
        <p className="hint" id="label-hint">
          Optional, for people: it is not in the certificate. Without one, the common name is shown.
        </p>
      </div>
    </>
  );
}

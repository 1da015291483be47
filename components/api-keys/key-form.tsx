'use client';

import { useId, useState } from 'react';
import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import { Link } from '@/components/ui/link';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { EXPIRY_DAYS, KEY_NAME_MAX_CHARACTERS } from '@/lib/contract/api-keys';
import { type Made, MadeKey } from './made-key';
import { SCOPE_WORDS } from './words';

export type KeyValues = {
  name: string;
  scopes: string[];
  environment: string;
  /** Days, `date` or `never`. */
  expiry: string;
  date: string;
  networks: string;
};
export type MakeState = { values: KeyValues; problem?: Problem; made?: Made };

export const USUAL_KEY: KeyValues = {
  name: '',
  scopes: ['read'],
  environment: 'both',
  expiry: '90',
  date: '',
  networks: '',
};

export function KeyForm({
  address,
  action,
}: {
  /** Where the reader comes from. */
  address: string;
  action: (state: MakeState, data: FormData) => Promise<MakeState>;
}) {
  const { state, pending, form } = useKeptForm(action, { values: USUAL_KEY });
  if (state.made) return <MadeKey made={state.made} />;
  const { values, problem } = state;
  return (
    <form {...form} className="grid gap-6 key-form">
      <ProblemNotice problem={problem} />
      <Field
        label="Name"
        hint="The program or the place that will use it."
        name="name"
        required
        maxLength={KEY_NAME_MAX_CHARACTERS}
        autoComplete="off"
        defaultValue={values.name}
      />
      <fieldset>
        <legend className="h3 mb-2">What may it do?</legend>
        <div className="choices">
          {Object.entries(SCOPE_WORDS).map(([scope, { name, what }]) => (
            <label key={scope}>
              <input
                className="tick"
                type="checkbox"
                name="scopes"
                value={scope}
                defaultChecked={values.scopes.includes(scope)}
              />
              <span>{name}</span>
              <small>{what}</small>
            </label>
          ))}
        </div>
      </fieldset>
      <Options
        legend="In which environment?"
        name="environment"
        picked={values.environment}
        options={[
          ['sandbox', 'Sandbox'],
          ['production', 'Production'],
          ['both', 'Both'],
        ]}
      />
      <Expiry values={values} />
      <Networks typed={values.networks} address={address} />
      <div className="acts">
        <button className="btn btn-primary" type="submit" disabled={pending}>
          {pending ? 'Making key' : 'Make key'}
        </button>
        <Link className="btn" href="/api-keys">
          Cancel
        </Link>
      </div>
    </form>
  );
}

function Options({
  legend,
  name,
  picked,
  options,
  onPicked,
}: {
  legend: string;
  name: string;
  picked: string;
  options: readonly (readonly [value: string, name: string])[];
  onPicked?: (value: string) => void;
}) {
  return (
    <fieldset>
      <legend className="h3 mb-2">{legend}</legend>
      <div className="key-options">
        {options.map(([value, words]) => (
          <label key={value}>
            <input
              className="radio"
              type="radio"
              name={name}
              value={value}
              defaultChecked={picked === value}
              onChange={() => onPicked?.(value)}
            />
            {words}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Expiry({ values }: { values: KeyValues }) {
  const [expiry, setExpiry] = useState(values.expiry);
  return (
    <div className="grid gap-2">
      <Options
        legend="When does it end?"
        name="expiry"
        picked={values.expiry}
        onPicked={setExpiry}
        options={[
          ...EXPIRY_DAYS.map((days) => [String(days), `In ${days} days`] as const),
          ['date', 'On a date'],
          ['never', 'Never'],
        ]}
      />
      <div className={expiry === 'date' ? 'key-date' : 'key-date without-scripts'}>
        <Field label="Last day (UTC)" type="date" name="date" defaultValue={values.date} />
      </div>
      {expiry === 'never' ? (
        <p className="small soft">
          A key that never ends is found long after everybody forgot it. Choose an end where you
          can: you are reminded 14, 3 and 1 days before, and rotating it takes a minute.
        </p>
      ) : null}
    </div>
  );
}

function Networks({ typed, address }: { typed: string; address: string }) {
  const id = useId();
  const [networks, setNetworks] = useState(typed);
  const add = () =>
    setNetworks((known) => (known.trim() ? `${known.trim()}\n${address}` : address));
  return (
    <div className="field key-networks">
      <label htmlFor={id}>May be used from (optional)</label>
      <textarea
        className="input typed"
        id={id}
        name="networks"
        rows={3}
        spellCheck={false}
        autoComplete="off"
        aria-describedby={`${id}-hint`}
        placeholder={'203.0.113.0/24\n2001:db8::/48'}
        value={networks}
        onChange={(event) => setNetworks(event.target.value)}
      />
      <p className="hint" id={`${id}-hint`}>
        Addresses or ranges, IPv4 or IPv6, one a line. Left empty, it works from anywhere. You come
        from <span className="mono">{address}</span>.{' '}
        <button type="button" className="link needs-scripts" onClick={add}>
          Add it
        </button>
      </p>
    </div>
  );
}

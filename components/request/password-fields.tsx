'use client';

import { useState } from 'react';
import { CopyButton } from '@/components/ui/copy';
import { Field } from '@/components/ui/field';
import {
  isReadableByJava,
  PASSWORD_OCTETS,
  passwordFault,
  passwordOf,
  passwordStrength,
} from '@/lib/pki/key-password';

export type Typed = { password: string; again: string };

const STRENGTHS = {
  guessable: 'Guessable: whoever gets the file finds it by trying. Make it longer.',
  fair: 'Fair: enough for a file that is kept well.',
  strong: 'Strong.',
} as const;

/** A password, twice, or one that is offered. No field has a name: no form can send them. */
export function PasswordFields({
  typed,
  asked,
  onChange,
}: {
  typed: Typed;
  /** Whether what is missing is said already: not before somebody has tried to go on. */
  asked: 'yes' | 'no';
  onChange: (typed: Typed) => void;
}) {
  const [shown, setShown] = useState(false);
  const { password, again } = typed;
  const begun = password !== '' || asked === 'yes';
  const fault = begun ? passwordFault(password) : null;
  const differs = (again !== '' || asked === 'yes') && again !== password;
  const offer = () => {
    const offered = passwordOf(crypto.getRandomValues(new Uint8Array(PASSWORD_OCTETS)));
    setShown(true);
    onChange({ password: offered, again: offered });
  };
  const field = { type: shown ? 'text' : 'password', autoComplete: 'new-password' } as const;
  return (
    <div className="grid gap-4">
      <div className="two-typed">
        <Field
          {...field}
          label="Password of the key file"
          form="typed"
          value={password}
          hint={hintOf(password, fault)}
          error={fault ?? undefined}
          onChange={(event) => onChange({ ...typed, password: event.target.value })}
        />
        <Field
          {...field}
          label="Password again"
          form="typed"
          value={again}
          error={differs ? 'The two differ. Type the same password twice.' : undefined}
          onChange={(event) => onChange({ ...typed, again: event.target.value })}
        />
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <button type="button" className="btn btn-sm" onClick={offer}>
          Offer a password
        </button>
        {shown && password ? <CopyButton value={password} what="password" look="button" /> : null}
        <label className="check-line">
          <input
            type="checkbox"
            checked={shown}
            onChange={(event) => setShown(event.target.checked)}
          />
          Show what is typed
        </label>
      </div>
    </div>
  );
}

function hintOf(password: string, fault: string | null): string {
  if (password === '' || fault !== null) {
    return 'At least 12 characters. We never see it and cannot reset it.';
  }
  const java = isReadableByJava(password)
    ? ''
    : ' Java cannot read a file with these letters in its password.';
  return `${STRENGTHS[passwordStrength(password)]}${java}`;
}

'use client';

import { useState } from 'react';
import { type SsoChoice, SsoLink } from '@/components/profile/sso-link';
import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import { Notice } from '@/components/ui/notice';
import { type SignInState, signInAction } from './actions';

/** Asks whose people an address belongs to; nothing when the portal does not answer. */
async function choiceFor(email: string): Promise<SsoChoice | null> {
  try {
    const body = new FormData();
    body.set('email', email);
    const response = await fetch('/sso/for', { method: 'POST', body });
    const { choice } = Object(await response.json());
    return response.ok && choice ? choice : null;
  } catch {
    return null;
  }
}

export function SignInForm({ next, found }: { next: string; found: SsoChoice | null }) {
  const [choice, setChoice] = useState(found);
  const initial: SignInState = { values: { email: '' } };
  const { state, pending, form } = useKeptForm(signInAction, initial);
  return (
    <form {...form} className="mt-6 grid gap-4">
      {state.message ? (
        <Notice tone="refused">
          <p>{state.message}</p>
        </Notice>
      ) : null}
      <input type="hidden" name="next" value={next} />
      <Field
        label="Email"
        id="email"
        name="email"
        type="email"
        autoComplete="username"
        maxLength={254}
        required
        defaultValue={state.values.email}
        onBlur={async ({ target }) => {
          if (target.value.includes('@')) setChoice(await choiceFor(target.value));
        }}
      />
      {choice ? <SsoLink choice={choice} next={next} look="btn btn-primary" /> : null}
      <Field
        label="Password"
        id="password"
        name="password"
        type="password"
        autoComplete="current-password"
        maxLength={1024}
        required
      />
      <button
        className={`btn ${choice ? '' : 'btn-primary'} btn-wide mt-2`}
        type="submit"
        disabled={pending}
      >
        {pending ? 'Checking the password' : 'Sign in'}
      </button>
    </form>
  );
}

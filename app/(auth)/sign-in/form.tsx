'use client';

import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import { Notice } from '@/components/ui/notice';
import { type SignInState, signInAction } from './actions';

export function SignInForm({ next }: { next: string }) {
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
      />
      <Field
        label="Password"
        id="password"
        name="password"
        type="password"
        autoComplete="current-password"
        maxLength={1024}
        required
      />
      <button className="btn btn-primary btn-wide mt-2" type="submit" disabled={pending}>
        {pending ? 'Checking the password' : 'Sign in'}
      </button>
    </form>
  );
}

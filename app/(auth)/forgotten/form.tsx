'use client';

import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import { Notice } from '@/components/ui/notice';
import { type ForgottenState, forgottenAction } from './actions';

export function ForgottenForm() {
  const initial: ForgottenState = {};
  const { state, pending, form } = useKeptForm(forgottenAction, initial);
  if (state.sent) {
    return (
      <div className="mt-6">
        <Notice title="Look into your mail">
          <p role="status">
            If somebody signs in with that address, a link is on its way to it. It works once, for
            30 minutes.
          </p>
        </Notice>
      </div>
    );
  }
  return (
    <form {...form} className="mt-6 grid gap-4">
      {state.message ? (
        <Notice tone="refused">
          <p>{state.message}</p>
        </Notice>
      ) : null}
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        maxLength={254}
        required
      />
      <button className="btn btn-primary btn-wide mt-2" type="submit" disabled={pending}>
        Send a link
      </button>
    </form>
  );
}

'use client';

import { useEffect, useRef } from 'react';
import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import { NewPasswordField } from '@/components/ui/new-password-field';
import { Notice } from '@/components/ui/notice';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';

export type ProfileState = { problem?: Problem; done?: string };
export type ProfileAction = (state: ProfileState, data: FormData) => Promise<ProfileState>;

export function PasswordForm({ action, email }: { action: ProfileAction; email: string }) {
  const initial: ProfileState = {};
  const { state, pending, form } = useKeptForm(action, initial);
  const element = useRef<HTMLFormElement>(null);
  // What was typed is a secret: once it is taken, it goes.
  useEffect(() => {
    if (state.done) element.current?.reset();
  }, [state]);
  return (
    <form {...form} ref={element} className="mt-4 grid gap-4">
      <ProblemNotice problem={state.problem} />
      {state.done ? (
        <Notice>
          <p role="status">{state.done}</p>
        </Notice>
      ) : null}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <Field
        label="Password now"
        name="current"
        type="password"
        autoComplete="current-password"
        maxLength={256}
        required
      />
      <NewPasswordField label="New password" name="next" />
      <div>
        <button className="btn" type="submit" disabled={pending}>
          {pending ? 'Changing it' : 'Change password'}
        </button>
      </div>
    </form>
  );
}

'use client';

import { useKeptForm } from '@/components/ui/kept-form';
import { NewPasswordField } from '@/components/ui/new-password-field';
import { Notice } from '@/components/ui/notice';
import { type ResetState, resetAction } from './actions';

export function ResetForm({ token }: { token: string }) {
  const initial: ResetState = {};
  const { state, pending, form } = useKeptForm(resetAction, initial);
  return (
    <form {...form} className="mt-6 grid gap-4">
      {state.message ? (
        <Notice tone="refused">
          <p>{state.message}</p>
        </Notice>
      ) : null}
      <input type="hidden" name="token" value={token} />
      <NewPasswordField label="New password" name="password" />
      <button className="btn btn-primary btn-wide mt-2" type="submit" disabled={pending}>
        {pending ? 'Setting it' : 'Set the password'}
      </button>
    </form>
  );
}

'use client';

import { Field } from '@/components/ui/field';
import { useKeptForm } from '@/components/ui/kept-form';
import { Notice } from '@/components/ui/notice';
import { type CodeState, codeAction } from './actions';

export function CodeForm({ next, app }: { next: string; app: 'on' | 'none' }) {
  const initial: CodeState = {};
  const { state, pending, form } = useKeptForm(codeAction, initial);
  return (
    <form {...form} className="mt-6 grid gap-4">
      {state.message ? (
        <Notice tone="refused">
          <p>{state.message}</p>
        </Notice>
      ) : null}
      <input type="hidden" name="next" value={next} />
      <Field
        label={app === 'on' ? 'Code' : 'Recovery code'}
        id="code"
        name="code"
        form="typed"
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={100}
        required
        hint={
          app === 'on'
            ? 'Six digits from your authenticator app. Without your phone, use a recovery code.'
            : 'One of the ten you kept. Each works once.'
        }
      />
      <button className="btn btn-primary btn-wide mt-2" type="submit" disabled={pending}>
        {pending ? 'Checking the code' : 'Sign in'}
      </button>
    </form>
  );
}

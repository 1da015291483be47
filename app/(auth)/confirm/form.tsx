'use client';

import { PasskeyButton } from '@/components/profile/passkey-button';
import { ProofField } from '@/components/profile/proof-field';
import { useKeptForm } from '@/components/ui/kept-form';
import { Notice } from '@/components/ui/notice';
import { type ConfirmState, confirmAction } from './actions';

export function ConfirmForm({ next }: { next: string }) {
  const initial: ConfirmState = {};
  const { state, pending, form } = useKeptForm(confirmAction, initial);
  return (
    <form {...form} className="mt-6 grid gap-4">
      {state.message ? (
        <Notice tone="refused">
          <p>{state.message}</p>
        </Notice>
      ) : null}
      <input type="hidden" name="next" value={next} />
      <ProofField />
      <button className="btn btn-primary btn-wide mt-2" type="submit" disabled={pending}>
        Confirm
      </button>
      <PasskeyButton path="/confirm/answer" onProved={() => window.location.assign(next)}>
        Use a passkey
      </PasskeyButton>
    </form>
  );
}

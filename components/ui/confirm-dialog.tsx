'use client';

import { type FormEvent, useState } from 'react';
import { PasskeyButton } from '@/components/profile/passkey-button';
import { ProofField } from '@/components/profile/proof-field';
import { Dialog } from './dialog';
import { Notice } from './notice';

export function ConfirmDialog({
  onLeft,
  onConfirmed,
}: {
  onLeft: () => void;
  onConfirmed: () => void;
}) {
  const [message, setMessage] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    // React would hand it on to the form that this dialog was opened from.
    event.stopPropagation();
    setPending(true);
    const found = await answerOf(new FormData(event.currentTarget));
    setPending(false);
    if (found === null) onConfirmed();
    else setMessage(found);
  };
  return (
    <Dialog title="Confirm that it is you" open onOpenChange={onLeft}>
      <div className="mt-4">
        <PasskeyButton path="/confirm/answer" onProved={onConfirmed}>
          Use a passkey
        </PasskeyButton>
      </div>
      <form onSubmit={onSubmit} className="mt-4 grid gap-4">
        {message ? (
          <Notice tone="refused">
            <p>{message}</p>
          </Notice>
        ) : null}
        <ProofField />
        <div className="acts">
          <button type="submit" className="btn btn-primary" disabled={pending}>
            {pending ? 'Checking' : 'Confirm'}
          </button>
          <button type="button" className="btn" onClick={onLeft}>
            Cancel
          </button>
        </div>
      </form>
      <p className="small quiet mt-4">
        You sign in through an identity provider?{' '}
        <a className="link" href="/confirm" target="_blank" rel="noreferrer">
          Confirm in another tab
        </a>
        , then press again here.
      </p>
    </Dialog>
  );
}

async function answerOf(body: FormData): Promise<string | null> {
  try {
    const response = await fetch('/confirm/answer', { method: 'POST', body });
    const { message } = Object(await response.json());
    return typeof message === 'string' ? message : null;
  } catch {
    return 'The portal did not answer. Nothing was changed; try again.';
  }
}

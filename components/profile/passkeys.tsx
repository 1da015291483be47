'use client';

import { type FormEvent, startTransition, useActionState, useState } from 'react';
import { Field } from '@/components/ui/field';
import { ProblemNotice } from '@/components/ui/problem-notice';
import type { FactorAction, FactorState } from './app-factor';
import { makePasskey } from './passkey-ceremony';
import { RecoveryCodes } from './recovery-codes';

export type KeptPasskey = {
  id: string;
  name: string;
  /** Rendered where the reader's locale is known. */
  about: React.ReactNode;
};
export type PasskeyOffer = Parameters<typeof makePasskey>[0];
export type BeginPasskey = () => Promise<
  { ok: true; options: PasskeyOffer } | { ok: false; state: FactorState }
>;

export function Passkeys({
  passkeys,
  suggestedName,
  begin,
  action,
  next,
}: {
  passkeys: KeptPasskey[];
  suggestedName: string;
  begin: BeginPasskey;
  action: FactorAction;
  /** Where to go on once recovery codes were kept; null: stay. */
  next: string | null;
}) {
  const initial: FactorState = {};
  const [state, send, pending] = useActionState(action, initial);
  const [local, setLocal] = useState<{ message?: string; state?: FactorState }>({});
  const onAdd = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    setLocal({});
    const offer = await begin();
    if (!offer.ok) return setLocal({ state: offer.state });
    const made = await makePasskey(offer.options);
    if ('message' in made) return setLocal({ message: made.message });
    data.set('act', 'add-passkey');
    data.set('answer', made.answer);
    startTransition(() => send(data));
  };
  return (
    <>
      {passkeys.length > 0 ? (
        <ul className="kept-rows mt-3">
          {passkeys.map(({ id, name, about }) => (
            <li key={id}>
              <div>
                <b>{name}</b>
                <small>{about}</small>
              </div>
              <span />
              <form action={send}>
                <input type="hidden" name="act" value="remove-passkey" />
                <button
                  className="btn btn-sm btn-danger"
                  type="submit"
                  name="passkeyId"
                  value={id}
                  aria-label={`Remove the passkey ${name}`}
                >
                  Remove
                </button>
              </form>
            </li>
          ))}
        </ul>
      ) : null}
      <div className="mt-4">
        <ProblemNotice problem={local.state?.problem ?? state.problem} />
      </div>
      {state.codes && state.codes.length > 0 ? (
        <RecoveryCodes codes={state.codes} next={next} />
      ) : null}
      <form onSubmit={onAdd} className="needs-scripts mt-2 grid gap-3">
        <Field
          label="Name of a new passkey"
          name="name"
          maxLength={60}
          required
          defaultValue={suggestedName}
          error={local.message}
        />
        <div>
          <button className="btn" type="submit" disabled={pending}>
            Add a passkey
          </button>
        </div>
      </form>
      <p className="without-scripts small quiet mt-2">
        Passkeys are made by the browser, which needs scripts for it.
      </p>
    </>
  );
}

'use client';

import { type FormEvent, startTransition, useActionState } from 'react';

/**
 * A form over a server action that keeps what was typed. React empties an `action` form once its action is done;
 * submitting from `onSubmit` does not. Without scripts the same `action` is an ordinary form post.
 */
export function useKeptForm<State>(
  action: (state: Awaited<State>, data: FormData) => State | Promise<State>,
  initial: Awaited<State>,
) {
  const [state, send, pending] = useActionState(action, initial);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const native = event.nativeEvent;
    const submitter = native instanceof SubmitEvent ? native.submitter : null;
    const data = new FormData(event.currentTarget, submitter);
    startTransition(() => send(data));
  };
  return { state, send, pending, form: { action: send, onSubmit } };
}

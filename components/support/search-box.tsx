'use client';

import { Search } from 'lucide-react';
import { type KeyboardEvent, useActionState, useRef, useState } from 'react';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';

export type SearchState = { problem?: Problem; asked: string };
export type SearchAction = (state: SearchState, data: FormData) => Promise<SearchState>;

const PRIVATE_KEY = /PRIVATE {1,3}KEY|PuTTY-User-Key-File/i;

/** One box for anything. A private key that is recognized here never leaves the browser. */
export function SearchBox({ asked, action }: { asked: string; action: SearchAction }) {
  const [state, submit, pending] = useActionState(action, { asked });
  const [stopped, setStopped] = useState<'no' | 'yes'>('no');
  const form = useRef<HTMLFormElement>(null);
  const enter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    form.current?.requestSubmit();
  };
  return (
    <>
      <form
        ref={form}
        className="searchbox"
        action={submit}
        onSubmit={(event) => {
          const box = event.currentTarget.elements.namedItem('q');
          const isKey = box instanceof HTMLTextAreaElement && PRIVATE_KEY.test(box.value);
          setStopped(isKey ? 'yes' : 'no');
          if (!isKey) return;
          event.preventDefault();
          box.value = '';
        }}
      >
        <Search className="icon" aria-hidden="true" />
        <textarea
          name="q"
          rows={1}
          defaultValue={state.asked}
          aria-label="Anything the customer sent: e-mail, account, certificate, serial, fingerprint, request id, address, API client, domain"
          placeholder="E-mail, account, certificate, serial, fingerprint, request id, address, API client, domain"
          spellCheck={false}
          autoComplete="off"
          onKeyDown={enter}
        />
        <button type="submit" className="btn btn-sm" disabled={pending}>
          {pending ? 'Looking' : 'Find'}
        </button>
      </form>
      {stopped === 'yes' ? (
        <div className="mt-3">
          <ProblemNotice problem={STOPPED} />
        </div>
      ) : state.problem ? (
        <div className="mt-3">
          <ProblemNotice problem={state.problem} />
        </div>
      ) : null}
    </>
  );
}

const STOPPED: Problem = {
  code: 'invalid_request',
  title: 'That is a private key',
  detail:
    'It was not sent. Tell the customer to treat it as known to others: make a new key, and revoke the certificate of this one. Then look for the certificate instead.',
  requestId: '',
};

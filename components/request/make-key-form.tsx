'use client';

import { type FormEvent, useState } from 'react';
import { Notice } from '@/components/ui/notice';
import { counted } from '@/components/words';
import type { Finding } from '@/lib/kernel/findings';
import type { CommandKey } from '@/lib/pki/csr-command';
import { keyPassword } from '@/lib/pki/key-password';
import { BROWSER_KEYS, type BrowserKey, isBrowserKey } from '@/lib/pki/new-request';
import { KeyKind } from './key-kind';
import type { MadeKey } from './key-maker';
import { PasswordFields } from './password-fields';
import { subjectOf, type Wanted } from './wanted';
import { WantedFields } from './wanted-fields';

type Props = {
  wanted: Wanted;
  kind: BrowserKey;
  onWanted: (wanted: Wanted) => void;
  findings: readonly Finding[];
  legalName: string;
  onMade: (made: MadeKey) => void;
};

/** What the key is for and what protects it. Nothing of this form is ever sent. */
export function MakeKeyForm({ wanted, kind, onWanted, findings, legalName, onMade }: Props) {
  const [typed, setTyped] = useState({ password: '', again: '' });
  const [asked, setAsked] = useState<'yes' | 'no'>('no');
  const [state, setState] = useState<'idle' | 'making' | 'failed'>('idle');
  const refused = findings.filter((one) => one.severity === 'error').length;
  const isNamed = wanted.commonName.trim() !== '';
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    setAsked('yes');
    const password = keyPassword(typed.password);
    if (!password || typed.again !== typed.password || refused > 0 || !isNamed) return;
    setState('making');
    try {
      const { makeKey } = await import('./key-maker');
      onMade(await makeKey({ kind, subject: subjectOf(wanted, legalName), legalName, password }));
      setState('idle');
    } catch {
      setState('failed');
    }
  };
  return (
    <form onSubmit={onSubmit} className="sheet" aria-label="Key to make" noValidate>
      <div className="sheet-pad grid gap-4">
        <WantedFields wanted={wanted} findings={findings} onChange={onWanted} />
        <div className="two-typed">
          <KeyKind
            kinds={BROWSER_KEYS}
            kind={kind}
            onChange={(key) => onWanted({ ...wanted, key })}
          />
        </div>
        <PasswordFields typed={typed} asked={asked} onChange={setTyped} />
        {state === 'failed' ? (
          <Notice tone="refused" title="The key could not be made">
            <p>
              This browser refused to make a key of this kind, or lost the connection while loading
              what makes it. Try again, or choose EC P-256.
            </p>
          </Notice>
        ) : null}
      </div>
      <div className="sheet-row flex flex-wrap items-center gap-x-4 gap-y-2">
        <button type="submit" className="btn btn-primary" disabled={state === 'making'}>
          {state === 'making' ? `Making ${kind} key` : 'Make key'}
        </button>
        <p className="small soft" aria-live="polite">
          {adviceOf({ state, kind, refused, missing: asked === 'yes' && !isNamed })}
        </p>
      </div>
    </form>
  );
}

/** Ed25519 can be asked of a command; not every browser can make such a key. */
export function browserKeyOf(key: CommandKey): BrowserKey {
  return isBrowserKey(key) ? key : 'EC P-256';
}

function adviceOf(now: { state: string; kind: string; refused: number; missing: boolean }): string {
  if (now.state === 'making') {
    return now.kind.startsWith('RSA')
      ? 'Looking for two large primes. This takes some seconds.'
      : 'Encrypting it under your password.';
  }
  if (now.missing) return 'Type the common name first.';
  if (now.refused > 0) return `Mend ${counted(now.refused, 'value')} above first.`;
  return 'Nothing of this form is sent: the key and its password stay in this tab.';
}

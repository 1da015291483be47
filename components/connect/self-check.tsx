'use client';

import { useState } from 'react';
import { Findings } from '@/components/request/findings';
import { KeyRefused } from '@/components/request/request-notices';
import { useKeptForm } from '@/components/ui/kept-form';
import { Link } from '@/components/ui/link';
import { Notice } from '@/components/ui/notice';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import type { InstalledView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { looksLikePrivateKey } from '@/lib/pki/private-key';

export type SelfCheckState = {
  text: string;
  result?: InstalledView;
  problem?: Problem;
  /** A private key reached the server, because no scripts ran. */
  key?: 'received';
};

/** Paste what you installed, and be told what is wrong with it before you call. */
export function SelfCheck({
  environment,
  action,
}: {
  environment: Environment;
  action: (state: SelfCheckState, data: FormData) => Promise<SelfCheckState>;
}) {
  const { state, pending, form } = useKeptForm(action, { text: '' });
  const [text, setText] = useState(state.text);
  const [key, setKey] = useState<'held-back' | null>(null);
  const onText = (next: string) => {
    const holdsKey = looksLikePrivateKey(next);
    setKey(holdsKey ? 'held-back' : null);
    setText(holdsKey ? '' : next);
  };
  const refused = key ?? state.key;
  return (
    <section className="grid gap-4" aria-label="Check your file">
      <div>
        <h2 className="h2">Check your file</h2>
        <p className="small soft mt-1">
          Paste the certificate file your program presents: certificate and chain, never the key.
        </p>
      </div>
      <form {...form} className="grid gap-3">
        <input type="hidden" name="environment" value={environment} />
        <textarea
          className="input pasted"
          name="text"
          rows={5}
          aria-label="Installed certificate file"
          placeholder="-----BEGIN CERTIFICATE-----"
          spellCheck={false}
          autoComplete="off"
          required
          value={text}
          onChange={(event) => onText(event.target.value)}
        />
        <div className="acts">
          <button className="btn" type="submit" disabled={pending}>
            {pending ? 'Checking file' : 'Check file'}
          </button>
        </div>
      </form>
      <div className="grid gap-3" aria-live="polite">
        {refused ? <KeyRefused seen={{ where: refused, is: 'private-key' }} /> : null}
        <ProblemNotice problem={state.problem} />
        {state.result && !refused ? <Result result={state.result} /> : null}
      </div>
    </section>
  );
}

function Result({ result }: { result: InstalledView }) {
  const { certificate, findings, certificates } = result;
  const works = findings.every((one) => one.severity !== 'error');
  return (
    <>
      {works && certificate ? (
        <Notice title="This file works">
          <p>
            It presents{' '}
            <Link className="link wraps" href={`/certificates/${certificate.id}`}>
              {certificate.label}
            </Link>
            . Whether the key belongs to it, the check script tells where the key is.
          </p>
        </Notice>
      ) : null}
      <Findings
        findings={findings}
        says={(all) => meaning(all.length, works ? 'works' : 'fails')}
      />
      {certificates.length > 0 ? (
        <ol className="small soft">
          {certificates.map(({ subject, notAfter }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same certificate may stand in a file twice.
            <li key={index} className="wrap-anywhere">
              {index + 1}. {subject}, to {notAfter.slice(0, 10)}
            </li>
          ))}
        </ol>
      ) : null}
    </>
  );
}

function meaning(count: number, outcome: 'works' | 'fails'): string {
  if (outcome === 'works') return 'calls pass all the same';
  return count === 1 ? 'a call with this file is refused' : 'calls with this file are refused';
}

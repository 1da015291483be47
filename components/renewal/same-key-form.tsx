'use client';

import { comingOf } from '@/components/request/facts';
import { Findings } from '@/components/request/findings';
import { IssueAct } from '@/components/request/issue-act';
import { IssueRefused } from '@/components/request/request-notices';
import { type IssuePlace, WhatYouGet } from '@/components/request/what-you-get';
import { useKeptForm } from '@/components/ui/kept-form';
import { Notice } from '@/components/ui/notice';
import type { Problem } from '@/components/ui/problem';
import type { CertificateView, CsrCheckView } from '@/lib/contract/views';
import { WhenIdle } from './when-idle';

export type SameKeyState = { problem?: Problem };

const VERB = { act: 'Renew certificate', doing: 'Renewing certificate' };

/** The door of the same key: nothing to upload, and a tick that says what it means. */
export function SameKeyForm({
  certificate,
  place,
  check,
  attempt,
  action,
}: {
  certificate: CertificateView;
  place: IssuePlace;
  check: CsrCheckView;
  attempt: string;
  action: (state: SameKeyState, data: FormData) => Promise<SameKeyState>;
}) {
  const { state, pending, form } = useKeptForm(action, {});
  const { environment, label } = certificate;
  const findings = state.problem?.findings ?? check.findings;
  const refused = findings.some((one) => one.severity === 'error');
  return (
    <form {...form} className="cols">
      <input type="hidden" name="attempt" value={attempt} />
      <div className="c8 grid gap-6">
        {state.problem && state.problem.code !== 'csr_rejected' ? (
          <IssueRefused problem={state.problem} />
        ) : null}
        {refused ? (
          <Notice tone="refused" title="This key is not taken again">
            <p>The rules of today refuse what this certificate carries. Renew with a new key.</p>
          </Notice>
        ) : (
          <label className="consent">
            <input type="checkbox" name="consent" value="yes" required />
            <span>
              Keep the key, {certificate.keyLabel}. Only the certificate is new.
              <small>
                Whoever has a copy of the key can call with the new certificate too. You install one
                file; the key file stays as it is.
              </small>
            </span>
          </label>
        )}
        <Findings findings={findings} />
        <WhenIdle />
      </div>
      <aside className="c4 stays">
        <section className="sheet" aria-label="What you will get">
          <WhatYouGet place={place} choice={{ environment, label }} coming={comingOf(check)} />
          <IssueAct
            slots={place.slots}
            check={{ ...check, findings }}
            step={pending ? 'pending' : 'ready'}
            verb={VERB}
          />
        </section>
      </aside>
    </form>
  );
}

'use client';

import { type FormEvent, useState } from 'react';
import { useKeptForm } from '@/components/ui/kept-form';
import type { Problem } from '@/components/ui/problem';
import type { CsrCheckView } from '@/lib/contract/views';
import type { KeyFile } from '@/lib/pki/other-files';
import { type Choice, Choices } from './choices';
import { CorrectedCommand } from './corrected-command';
import { type Coming, comingOf } from './facts';
import { Findings } from './findings';
import { IssueAct, type IssueVerb } from './issue-act';
import { CheckUnavailable, IssueRefused, KeyRefused } from './request-notices';
import { SigningRequest } from './signing-request';
import type { CheckState, RemoteCheck } from './use-csr-check';
import { useRequest } from './use-request';
import { type IssuePlace, WhatYouGet } from './what-you-get';

export type IssueValues = Choice & { csr: string };
export type IssueState = {
  values: IssueValues;
  problem?: Problem;
  check?: CsrCheckView;
  /** What with a private key in it reached the server, because no scripts ran. */
  key?: KeyFile;
};

export type IssueProps = {
  place: IssuePlace;
  initial: IssueState;
  /** Names this filling of the form, so that sending it twice issues once. */
  attempt: string;
  maxLabel: number;
  actions: {
    issue: (state: IssueState, data: FormData) => Promise<IssueState>;
    check: RemoteCheck;
  };
};

/** The door of a request that exists, or is about to: `lead` stands before it, `coming` tells what it will say. */
export function IssueForm({
  place,
  initial,
  attempt,
  maxLabel,
  actions,
  choices = 'offered',
  lead = null,
  tail = null,
  verb,
  coming = null,
  onChoice,
}: IssueProps & {
  /** `made`: environment and label are those of `initial`. */
  choices?: 'offered' | 'made';
  lead?: React.ReactNode;
  tail?: React.ReactNode;
  verb?: IssueVerb;
  coming?: Coming | null;
  onChoice?: (choice: Choice) => void;
}) {
  const { state, pending, form } = useKeptForm(actions.issue, initial);
  const [choice, setChoice] = useState<Choice>(state.values);
  const request = useRequest(
    { csr: state.values.csr, key: state.key ? { where: 'received', is: state.key } : null },
    { legalName: place.account.legalName, remote: actions.check },
  );
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    if (request.csr.trim() !== '') return form.onSubmit(event);
    event.preventDefault();
    request.sayEmpty();
  };
  const choose = (chosen: Choice) => {
    setChoice(chosen);
    onChoice?.(chosen);
  };
  const check = checkOf(state, request.judged);
  const step = pending ? 'pending' : request.empty ? 'empty' : 'ready';
  return (
    <form action={form.action} onSubmit={onSubmit} className="cols">
      <input type="hidden" name="attempt" value={attempt} />
      <div className="c8 grid gap-6">
        {choices === 'offered' ? (
          <Choices
            choice={choice}
            environments={place.environments}
            maxLabel={maxLabel}
            onChange={choose}
          />
        ) : null}
        {lead}
        {request.key ? <KeyRefused seen={request.key} /> : null}
        <SigningRequest
          text={request.csr}
          fileName={request.fileName}
          check={check}
          acts={request.acts}
        />
        <div className="grid gap-6" aria-live="polite">
          {request.judged.kind === 'unavailable' ? <CheckUnavailable /> : null}
          {state.problem && state.problem.code !== 'csr_rejected' ? (
            <IssueRefused problem={state.problem} />
          ) : null}
          {check ? <Judgement check={check} legalName={place.account.legalName} /> : null}
        </div>
        {tail}
      </div>
      <aside className="c4 stays">
        <section className="sheet" aria-label="What you will get">
          <WhatYouGet place={place} choice={choice} coming={comingOf(check) ?? coming} />
          <IssueAct slots={place.slots} check={check} step={step} {...(verb ? { verb } : {})} />
        </section>
      </aside>
    </form>
  );
}

export function Judgement({ check, legalName }: { check: CsrCheckView; legalName: string }) {
  const fixable = check.findings.filter((one) => one.severity !== 'notice' && one.command);
  const command = fixable[0]?.command;
  return (
    <>
      <Findings findings={check.findings} />
      {command ? (
        <CorrectedCommand
          command={command}
          fixes={fixable.length}
          facts={check.facts}
          legalName={legalName}
        />
      ) : null}
    </>
  );
}

/** What is found here; without scripts, or before anything is, what the server found. */
function checkOf(state: IssueState, local: CheckState): CsrCheckView | null {
  if (local.kind === 'done') return local.check;
  if (local.kind !== 'none') return null;
  if (state.check) return state.check;
  const findings = state.problem?.findings;
  return findings ? { acceptable: false, facts: null, findings } : null;
}

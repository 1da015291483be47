'use client';

import Link from 'next/link';
import { type FormEvent, useId, useState } from 'react';
import { useKeptForm } from '@/components/ui/kept-form';
import { Notice } from '@/components/ui/notice';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { ShapeOf } from '@/components/ui/shapes';
import { counted, ENVIRONMENT_WORDS } from '@/components/words';
import type { CsrCheckView } from '@/lib/contract/views';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { looksLikePrivateKey } from '@/lib/pki/private-key';
import { CorrectedCommand } from './corrected-command';
import { Findings } from './findings';
import { readRequestFile } from './request-file';
import { SigningRequest } from './signing-request';
import { type RemoteCheck, useCsrCheck } from './use-csr-check';
import { type IssuePlace, WhatYouGet } from './what-you-get';

export type IssueValues = { csr: string; environment: Environment; label: string };
export type IssueState = {
  values: IssueValues;
  problem?: Problem;
  check?: CsrCheckView;
  /** A private key reached the server, because no scripts ran. */
  key?: 'received';
};

const ENVIRONMENT_NOTES: Record<Environment, string> = {
  production: 'For real calls',
  sandbox: 'For trying; the edge explains each refusal',
};

export function IssueForm({
  place,
  initial,
  attempt,
  maxLabel,
  actions,
}: {
  place: IssuePlace;
  initial: IssueState;
  /** Names this filling of the form, so that sending it twice issues once. */
  attempt: string;
  maxLabel: number;
  actions: {
    issue: (state: IssueState, data: FormData) => Promise<IssueState>;
    check: RemoteCheck;
  };
}) {
  const { state, pending, form } = useKeptForm(actions.issue, initial);
  const [csr, setCsr] = useState(state.values.csr);
  const [environment, setEnvironment] = useState(state.values.environment);
  const [label, setLabel] = useState(state.values.label);
  const [fileName, setFileName] = useState<string | null>(null);
  const [key, setKey] = useState<'held-back' | 'received' | null>(state.key ?? null);
  const [empty, setEmpty] = useState(false);
  const judge = useCsrCheck({ legalName: place.account.legalName, remote: actions.check });

  const onClear = () => {
    setCsr('');
    setFileName(null);
    judge.clear();
  };
  const refuseKey = () => {
    onClear();
    setKey('held-back');
  };
  const onText = (text: string, name: string | null = null) => {
    setEmpty(false);
    if (looksLikePrivateKey(text)) return refuseKey();
    setKey(null);
    setCsr(text);
    setFileName(name);
    if (text.trim() === '') judge.clear();
    else judge.check(text);
  };
  const onFile = async (file: File) => {
    const read = await readRequestFile(file);
    if (read.kind === 'private-key') return refuseKey();
    if (read.kind === 'text') return onText(read.text, file.name);
    setKey(null);
    setCsr('');
    setFileName(file.name);
    judge.check(read.bytes);
  };
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    if (csr.trim() === '') {
      event.preventDefault();
      setEmpty(true);
      document.getElementById('csr')?.focus();
    } else form.onSubmit(event);
  };

  const check = judge.state.kind === 'done' ? judge.state.check : checkOf(state, judge.state.kind);
  const command = check?.findings.find((one) => one.command && one.severity !== 'notice')?.command;
  return (
    <form action={form.action} onSubmit={onSubmit} className="cols">
      <input type="hidden" name="attempt" value={attempt} />
      <div className="c8 grid gap-6">
        <Choices {...{ environment, setEnvironment, label, setLabel, maxLabel }} />
        {key ? <KeyRefused where={key} /> : null}
        <SigningRequest
          text={csr}
          fileName={fileName}
          check={check}
          acts={{ onText, onFile, onClear }}
        />
        <div className="grid gap-6" aria-live="polite">
          {judge.state.kind === 'unavailable' ? <Unavailable /> : null}
          {state.problem && state.problem.code !== 'csr_rejected' ? (
            <Refused problem={state.problem} />
          ) : null}
          {check ? <Findings findings={check.findings} /> : null}
          {check && command ? (
            <CorrectedCommand
              command={command}
              fixes={check.findings.filter((one) => one.severity !== 'notice').length}
              facts={check.facts}
            />
          ) : null}
        </div>
      </div>
      <aside className="c4 stays">
        <section className="sheet" aria-label="What you will get">
          <WhatYouGet place={place} choice={{ environment, label }} check={check} />
          <Act place={place} check={check} step={{ pending, empty }} />
        </section>
      </aside>
    </form>
  );
}

/** What the server found, until something newer is known here. */
function checkOf(state: IssueState, local: string): CsrCheckView | null {
  if (local !== 'none') return null;
  if (state.check) return state.check;
  const findings = state.problem?.findings;
  return findings ? { acceptable: false, facts: null, findings } : null;
}

function Choices(props: {
  environment: Environment;
  setEnvironment: (environment: Environment) => void;
  label: string;
  setLabel: (label: string) => void;
  maxLabel: number;
}) {
  return (
    <>
      <fieldset className="doors">
        <legend className="sr-only">Environment</legend>
        {ENVIRONMENTS.map((environment) => (
          <label className="door" key={environment}>
            <b>
              <span className={`env ${environment}`}>{ENVIRONMENT_WORDS[environment]}</span>
            </b>
            <small>{ENVIRONMENT_NOTES[environment]}</small>
            <input
              className="radio"
              type="radio"
              name="environment"
              value={environment}
              checked={props.environment === environment}
              onChange={() => props.setEnvironment(environment)}
            />
          </label>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor="label">Label</label>
        <input
          className="input"
          id="label"
          name="label"
          maxLength={props.maxLabel}
          autoComplete="off"
          value={props.label}
          onChange={(event) => props.setLabel(event.target.value)}
          aria-describedby="label-hint"
        />
        <p className="hint" id="label-hint">
          Optional, for people: it is not in the certificate. Without one, the common name is shown.
        </p>
      </div>
    </>
  );
}

function KeyRefused({ where }: { where: 'held-back' | 'received' }) {
  return (
    <Notice tone="refused" title="That is a private key, not a signing request">
      <p>
        {where === 'held-back'
          ? 'It was not sent anywhere, and it is cleared from this page.'
          : 'It came to us with the form. It was not stored or logged, and it is not shown again. Make a new key and a new request.'}{' '}
        A request begins with <code>-----BEGIN CERTIFICATE REQUEST-----</code>.
      </p>
      {where === 'held-back' ? (
        <p>
          If you meant to give the key to someone else, or it was copied on the way, make a new one.
        </p>
      ) : null}
    </Notice>
  );
}

function Unavailable() {
  return (
    <Notice tone="expiring" title="The request could not be checked in this browser">
      <p>
        Issue it all the same: the same rules are applied on our side, and every finding is shown
        here.
      </p>
    </Notice>
  );
}

function Refused({ problem }: { problem: Problem }) {
  if (!problem.retirable) return <ProblemNotice problem={problem} />;
  return (
    <Notice tone="refused" title={problem.title}>
      <p>{problem.detail}</p>
      {problem.retirable.map(({ id, label }) => (
        <p key={id}>
          <Link className="link" href={`/certificates/${id}/revoke`}>
            Revoke {label}
          </Link>
        </p>
      ))}
    </Notice>
  );
}

function Act({
  place,
  check,
  step,
}: {
  place: IssuePlace;
  check: CsrCheckView | null;
  step: { pending: boolean; empty: boolean };
}) {
  const why = useId();
  const blocking = check?.findings.filter((one) => one.severity === 'error').length ?? 0;
  const full = place.slots.held >= place.slots.limit;
  const reason = reasonOf(blocking, full ? place.slots.limit : null, step.empty);
  const closed = step.pending || blocking > 0 || full;
  return (
    <div className="sheet-row">
      <button
        type="submit"
        name="intent"
        value="issue"
        className={`btn btn-wide ${closed ? '' : 'btn-primary'}`}
        disabled={closed}
        aria-describedby={reason ? why : undefined}
      >
        {step.pending ? 'Issuing certificate' : 'Issue certificate'}
      </button>
      <button
        type="submit"
        name="intent"
        value="check"
        className="btn btn-wide without-scripts mt-2"
      >
        Check signing request
      </button>
      {reason ? (
        <p id={why} className="small soft mt-2.5 flex gap-2">
          <span className="mt-[5px]">
            <ShapeOf shape="refused" />
          </span>
          <span>{reason}</span>
        </p>
      ) : null}
    </div>
  );
}

function reasonOf(blocking: number, fullLimit: number | null, empty: boolean): string | null {
  if (fullLimit !== null) return `All ${fullLimit} slots are used. Revoke a certificate first.`;
  if (blocking > 0) {
    return `${counted(blocking, 'finding')} ${blocking === 1 ? 'blocks' : 'block'} issuing. Run the corrected command and paste the new request.`;
  }
  return empty ? 'Paste a signing request first.' : null;
}

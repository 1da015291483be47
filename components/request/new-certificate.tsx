'use client';

import { useState } from 'react';
import type { Finding } from '@/lib/kernel/findings';
import { BrowserDoor } from './browser-door';
import type { Choice } from './choices';
import { BUILDER_FORM, CommandBuilder } from './command-builder';
import { comingOfTyped } from './facts';
import { IssueForm, type IssueProps } from './issue-form';
import type { IssueHereAction } from './issue-here';
import { useTypedCheck } from './use-typed-check';
import { queryOf, subjectOf, type Wanted, type Way } from './wanted';
import { Ways } from './ways';

type Props = IssueProps & {
  way: Way;
  wanted: Wanted;
  /** What the server found in `wanted`: shown until this page has judged for itself. */
  found: Finding[];
  issueHere: IssueHereAction;
};

/** One page, three doors. What is typed at one is kept at the next. */
export function NewCertificate({ way, wanted: initialWanted, found, issueHere, ...issue }: Props) {
  const { environment, label } = issue.initial.values;
  const [choice, setChoice] = useState<Choice>({ environment, label });
  const [wanted, setWanted] = useState(initialWanted);
  const chosen = {
    environment: choice.environment,
    ...(choice.label ? { label: choice.label } : {}),
  };
  const values = { csr: '', ...choice };
  const shared = { ...issue, initial: { values }, onChoice: setChoice };
  return (
    <>
      <Ways way={way} query={{ ...chosen, ...queryOf(wanted) }} />
      {way === 'upload' ? <IssueForm key={way} {...shared} /> : null}
      {way === 'command' ? (
        <CommandDoor key={way} {...shared} wanted={wanted} found={found} onWanted={setWanted} />
      ) : null}
      {way === 'browser' ? (
        <BrowserDoor
          key={way}
          place={issue.place}
          wanted={wanted}
          onWanted={setWanted}
          choice={choice}
          onChoice={setChoice}
          maxLabel={issue.maxLabel}
          attempt={issue.attempt}
          issue={issueHere}
        />
      ) : null}
    </>
  );
}

function CommandDoor({
  wanted,
  found,
  onWanted,
  ...issue
}: IssueProps & {
  wanted: Wanted;
  found: Finding[];
  onWanted: (wanted: Wanted) => void;
  onChoice: (choice: Choice) => void;
}) {
  const { legalName } = issue.place.account;
  const subject = subjectOf(wanted, legalName);
  const findings = useTypedCheck(subject, { legalName, initial: found });
  const { environment, label } = issue.initial.values;
  return (
    <>
      <form id={BUILDER_FORM} method="get" action="/certificates/new">
        <input type="hidden" name="way" value="command" />
        <input type="hidden" name="environment" value={environment} />
        <input type="hidden" name="label" value={label} />
      </form>
      <IssueForm
        {...issue}
        coming={comingOfTyped(subject, wanted.key)}
        lead={
          <CommandBuilder
            wanted={wanted}
            legalName={legalName}
            findings={findings}
            onChange={onWanted}
          />
        }
      />
    </>
  );
}

'use client';

import { useEffect, useRef, useState } from 'react';
import { useKeptForm } from '@/components/ui/kept-form';
import { Link } from '@/components/ui/link';
import { Notice } from '@/components/ui/notice';
import { type Choice, Choices } from './choices';
import { comingOf, comingOfTyped } from './facts';
import { Judgement } from './issue-form';
import { type IssuedHere, IssueHere, type IssueHereAction } from './issue-here';
import { IssuedHere as IssuedHerePanel } from './issued-here';
import type { MadeKey } from './key-maker';
import { browserKeyOf, MakeKeyForm } from './make-key-form';
import { SaveKey } from './save-key';
import { useHasWebCrypto } from './use-has-web-crypto';
import { useLeaveGuard } from './use-leave-guard';
import { useTypedCheck } from './use-typed-check';
import { subjectOf, type Wanted } from './wanted';
import { type IssuePlace, WhatYouGet } from './what-you-get';

const LEAVING =
  'Your private key is not saved. It is only in this tab: leave, and it is gone. Leave all the same?';

type Props = {
  place: IssuePlace;
  wanted: Wanted;
  onWanted: (wanted: Wanted) => void;
  choice: Choice;
  onChoice: (choice: Choice) => void;
  maxLabel: number;
  attempt: string;
  issue: IssueHereAction;
};

/** The key is made, saved and used in this tab; the server sees the request alone. */
export function BrowserDoor(props: Props) {
  const hasWebCrypto = useHasWebCrypto();
  return (
    <>
      <NotHere hasWebCrypto={hasWebCrypto} />
      <div className={`needs-scripts ${hasWebCrypto ? '' : 'hidden'}`}>
        <KeyDoor {...props} />
      </div>
    </>
  );
}

function KeyDoor(props: Props) {
  const { place, wanted, choice } = props;
  const { legalName } = place.account;
  const [made, setMade] = useState<MadeKey | null>(null);
  const [saved, setSaved] = useState(false);
  const kept = useKeptForm<IssuedHere>(props.issue, { kind: 'none' });
  const kind = browserKeyOf(wanted.key);
  const subject = subjectOf(wanted, legalName);
  const findings = useTypedCheck(subject, { legalName, initial: [] });
  const usable = made?.check.acceptable ? made : null;
  const issued = usable && kept.state.kind === 'issued' ? kept.state : null;
  const step = usable ? (saved ? 'ready' : 'unsaved') : 'no-key';
  const heading = useFocusOn(issued?.id ?? usable?.csr ?? null);
  useLeaveGuard(usable && !saved ? LEAVING : null);
  const onMade = (key: MadeKey) => {
    setSaved(false);
    setMade(key);
  };
  return (
    <div className="cols">
      <div className="c8 grid gap-6">
        {usable && issued ? (
          <IssuedHerePanel made={usable} issued={issued} heading={heading} />
        ) : (
          <Choices
            choice={choice}
            environments={place.environments}
            maxLabel={props.maxLabel}
            onChange={props.onChoice}
          />
        )}
        {usable ? (
          <SaveKey
            made={usable}
            heading={issued ? null : heading}
            commonName={subject.commonName}
            state={saved ? 'saved' : 'unsaved'}
            onSaved={() => setSaved(true)}
            onDiscard={() => setMade(null)}
          />
        ) : (
          <MakeKeyForm
            wanted={wanted}
            kind={kind}
            onWanted={props.onWanted}
            findings={findings}
            legalName={legalName}
            onMade={onMade}
          />
        )}
        {made && !usable ? <Judgement check={made.check} legalName={legalName} /> : null}
      </div>
      <aside className="c4 stays">
        <section className="sheet" aria-label="What you will get">
          <WhatYouGet
            place={issued ? withoutNewest(place) : place}
            choice={choice}
            coming={comingOf(made?.check ?? null) ?? comingOfTyped(subject, kind)}
            {...(issued ? { heading: 'What you got' } : {})}
          />
          {issued ? null : <IssueHere made={usable} step={step} kept={kept} {...props} />}
        </section>
      </aside>
    </div>
  );
}

/** Moves the focus to the heading of what has just come about, which is where reading goes on. */
function useFocusOn(what: string | null) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (what !== null) heading.current?.focus();
  }, [what]);
  return heading;
}

/** The page is read anew after issuing, and counts the certificate among those that were there. */
function withoutNewest(place: IssuePlace): IssuePlace {
  return {
    ...place,
    slots: { ...place.slots, held: place.slots.held - 1 },
    validity: { ...place.validity, note: '' },
  };
}

/** Why no key can be made here, with the ways that need nothing of the kind. */
function NotHere({ hasWebCrypto }: { hasWebCrypto: boolean }) {
  const others = (
    <p>
      <Link className="link" href="/certificates/new?way=command">
        Write me the command
      </Link>{' '}
      makes the key on your machine instead.
    </p>
  );
  return (
    <>
      <div className="without-scripts">
        <Notice tone="expiring" title="Making a key here needs scripts">
          <p>They are switched off in this browser.</p>
          {others}
        </Notice>
      </div>
      {hasWebCrypto ? null : (
        <Notice tone="expiring" title="This browser cannot make keys at this address">
          <p>
            Browsers make keys on https and on localhost only, and this page came over plain http.
          </p>
          {others}
        </Notice>
      )}
    </>
  );
}

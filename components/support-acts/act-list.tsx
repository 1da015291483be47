import { Ago, Moment } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { Empty } from '@/components/ui/empty';
import { Link } from '@/components/ui/link';
import type { SupportActView } from '@/lib/contract/support-acts';
import { type PressAction, PressForm } from './press-form';
import { STATE_WORDS, titleOf } from './words';

export type ActActions = { withdraw: PressAction; end: PressAction };

/** What was asked for and what came of it, newest first. */
export function ActList({
  acts,
  actions,
  account,
}: {
  acts: SupportActView[];
  actions: (id: string) => ActActions;
  /** Whether each says whose it is. */
  account: 'named' | 'known';
}) {
  if (acts.length === 0) {
    return (
      <Empty title="Nothing yet">
        What support asks for and does is kept here, with its reason.
      </Empty>
    );
  }
  return (
    <ul className="act-list">
      {acts.map((view) => (
        <li key={view.id}>
          <div>
            <p className="act-title">
              {view.act.kind === 'compromise' ? (
                <Link className="link" href={`/support/compromise/${view.id}`}>
                  {titleOf(view.act)}
                </Link>
              ) : (
                titleOf(view.act)
              )}
              {account === 'named' && view.account ? (
                <>
                  {' '}
                  <Link className="link" href={`/support/accounts/${view.account.id}/acts`}>
                    {view.account.name}
                  </Link>
                </>
              ) : null}
            </p>
            <p className="small soft">{view.reason}</p>
            <p className="small quiet">
              {view.askedBy}, <Ago at={view.askedAt} />
              <WhatCame view={view} />
            </p>
          </div>
          <div className="act-state">
            <Badge shape={STATE_WORDS[view.state].shape}>{STATE_WORDS[view.state].name}</Badge>
            {view.may.withdraw ? (
              <PressForm
                action={actions(view.id).withdraw}
                words={{ idle: 'Withdraw', busy: 'Withdrawing' }}
                what={titleOf(view.act)}
              />
            ) : null}
            {view.may.end ? (
              <PressForm
                action={actions(view.id).end}
                words={{ idle: 'End now', busy: 'Ending' }}
                what={titleOf(view.act)}
              />
            ) : null}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** One clause: who decided, until when, why not. */
function WhatCame({ view }: { view: SupportActView }) {
  const { state, until, endsAt, endedAt, endedBy, decidedBy, decisionNote, outcome } = view;
  const note = decisionNote ? `: ${decisionNote}` : '';
  return (
    <>
      {decidedBy && state !== 'withdrawn'
        ? `. ${state === 'declined' ? 'Declined' : 'Approved'} by ${decidedBy}${note}`
        : null}
      {outcome.why ? `. ${outcome.why}` : null}
      {state === 'waiting' && until ? (
        <>
          . It can be decided until <Moment at={until} />
        </>
      ) : null}
      {state === 'running' && endsAt ? (
        <>
          . It ends at <Moment at={endsAt} />
        </>
      ) : null}
      {state === 'ended' && (endedAt ?? endsAt) ? (
        <>
          . {endedBy ? `Ended by ${endedBy}` : 'Ended by itself'},{' '}
          <Ago at={(endedBy ? endedAt : endsAt) ?? view.askedAt} />
        </>
      ) : null}
    </>
  );
}

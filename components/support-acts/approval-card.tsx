import { Ago, Moment } from '@/components/time/when';
import { Fact } from '@/components/ui/fact';
import { Link } from '@/components/ui/link';
import type { KeyStanding } from '@/lib/contract/key-use';
import type { AccountStanding, SupportActView } from '@/lib/contract/support-acts';
import { type DecideAction, DecideForm } from './decide-form';
import { type PressAction, PressForm } from './press-form';
import { effectOf, keyEffectOf, titleOf } from './words';

/** One question to a lead: what, for whom, why, what would change; and the answer. */
export function ApprovalCard({
  view,
  standing,
  keyStanding,
  actions,
}: {
  view: SupportActView;
  standing: AccountStanding | null;
  /** Of a compromise run. */
  keyStanding: KeyStanding | null;
  actions: { decide: DecideAction; withdraw: PressAction };
}) {
  const { act, account, may } = view;
  const effect = keyStanding ? keyEffectOf(keyStanding) : standing && effectOf(act, standing);
  const title = titleOf(act);
  return (
    <section className="sheet sheet-pad approval" aria-labelledby={`${view.id}-title`}>
      <div>
        <h2 className="h2" id={`${view.id}-title`}>
          {title}
        </h2>
        <p className="small soft">
          {account ? (
            <Link className="link" href={`/support/accounts/${account.id}`}>
              {account.name}
            </Link>
          ) : (
            <Link className="link" href={compromisePath(view)}>
              See where the key is used
            </Link>
          )}
        </p>
      </div>
      <blockquote className="act-reason">{view.reason}</blockquote>
      <dl className="facts tight">
        {effect ? <Fact name="Now">{effect.before}</Fact> : null}
        {effect ? <Fact name="Afterwards">{effect.after}</Fact> : null}
        <Fact name="Asked by">
          {view.askedBy}, <Ago at={view.askedAt} />
        </Fact>
        {view.until ? (
          <Fact name="Decide until">
            <Moment at={view.until} />
          </Fact>
        ) : null}
      </dl>
      {may.decide ? <DecideForm title={title} action={actions.decide} /> : null}
      {may.withdraw ? (
        <div className="acts-and-why">
          <PressForm
            action={actions.withdraw}
            words={{ idle: 'Withdraw', busy: 'Withdrawing' }}
            what={title}
          />
          <p className="small soft">You asked for this, so another support lead decides it.</p>
        </div>
      ) : null}
      {may.decide || may.withdraw ? null : (
        <p className="small soft">A support lead decides this.</p>
      )}
    </section>
  );
}

function compromisePath({ act, id }: SupportActView): string {
  return act.kind === 'compromise'
    ? `/support/compromise?key=${act.spkiSha256}`
    : `/support/compromise/${id}`;
}

import { Ago } from '@/components/time/when';
import { Env } from '@/components/ui/env';
import { Link } from '@/components/ui/link';
import { counted, listed } from '@/components/words';
import type { PolicyFamily } from '@/lib/contract/enforcement-news';
import type { EnforcementConsequence, ReadinessView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { HOUR_MS } from '@/lib/kernel/time';
import { OneAct } from './acts';
import { Meter } from './countdown';
import { Modes } from './modes';
import { type TrialActs, TrialColumn } from './trial';
import { sharePercent, shareText } from './words';

export type Place = {
  consequence: EnforcementConsequence;
  readiness: ReadinessView;
  family: PolicyFamily;
  now: string;
};

/** Whose policy holds here: the nearest account above that has one. */
export function holderOf({ family, consequence }: Place): string {
  return family.above[consequence.environment][0] ?? 'The account above yours';
}

/** One environment: where it stands, how much of its traffic is ready, and how to make it less strict. */
export function EnvironmentCard({
  place,
  picked,
  acts,
}: {
  place: Place;
  picked: 'picked' | 'other';
  /** Null for those who may only read. */
  acts: TrialActs | null;
}) {
  const { environment, enforcement } = place.consequence;
  return (
    <section
      className={`sheet envcol ${picked === 'picked' ? 'picked' : ''}`}
      aria-labelledby={`${environment}-title`}
    >
      <div className="envcol-head">
        <h2 className="h2" id={`${environment}-title`}>
          <Env environment={environment} size="text" />
        </h2>
        <Since place={place} />
      </div>
      <Modes enforcement={enforcement} />
      <div className="envcol-body">
        {enforcement.trial ? (
          <TrialColumn
            environment={environment}
            trial={enforcement.trial}
            now={place.now}
            acts={acts}
          >
            <ToEvidence environment={environment} picked={picked} />
          </TrialColumn>
        ) : (
          <>
            <Share place={place} />
            <div className="column-acts">
              <ToEvidence environment={environment} picked={picked} />
              <Relax place={place} acts={acts} />
            </div>
          </>
        )}
        <Family place={place} />
      </div>
    </section>
  );
}

function ToEvidence({
  environment,
  picked,
}: {
  environment: Environment;
  picked: 'picked' | 'other';
}) {
  if (picked === 'picked') {
    return (
      <a className="btn" href="#evidence">
        Read the evidence
      </a>
    );
  }
  return (
    <Link className="btn" href={`/enforcement?environment=${environment}`} scroll={false}>
      Show the evidence
    </Link>
  );
}

function Since({ place }: { place: Place }) {
  const { enforcement } = place.consequence;
  const { trial, inherited, mode, observedSince, changedAt, changedBy } = enforcement;
  if (inherited) return <span className="since inherited">Inherited</span>;
  if (trial) {
    return (
      <span className="since">
        trial since {trial.startedAt.slice(11, 16)} UTC, by {changedBy}
      </span>
    );
  }
  const since = mode === 'observe' ? observedSince : changedAt;
  if (!since) return null;
  return (
    <span className="since">
      <Ago at={since} />
      {changedBy ? `, by ${changedBy}` : ''}
    </span>
  );
}

function Share({ place }: { place: Place }) {
  const { calls, firstCallAt } = place.readiness;
  const all = calls.ready + calls.wouldBeRefused;
  return (
    <>
      <div className="countdown">
        <span className="clock">{shareText(calls) ?? 'No calls'}</span>
        <p>
          {all === 0 ? (
            <>
              in 7 days that are surely yours,
              <br />
              so nothing shows yet who can connect.
            </>
          ) : (
            <>
              of {counted(all, 'call').replace(/^\d+/, all.toLocaleString('en'))} in 7 days
              {firstCallAt && firstCallAt > oneHourAfter(place.readiness.from) ? (
                <>
                  , the first <Ago at={firstCallAt} />,
                </>
              ) : null}
              <br />
              came with a live certificate.
            </>
          )}
        </p>
      </div>
      <Meter percent={sharePercent(calls) ?? 0} />
    </>
  );
}

/** Less strict is one press, at any time; what an account above sets cannot be undone here. */
function Relax({ place, acts }: { place: Place; acts: TrialActs | null }) {
  const { environment, enforcement } = place.consequence;
  const { mode, inherited } = enforcement;
  if (!acts || inherited || mode === 'off') return null;
  if (mode === 'observe') {
    return (
      <OneAct
        act={acts.setMode}
        environment={environment}
        mode="off"
        words={{ idle: 'Turn off observing', busy: 'Turning off' }}
      />
    );
  }
  return (
    <>
      <OneAct
        act={acts.setMode}
        environment={environment}
        mode="observe"
        words={{ idle: 'Go back to observe', busy: 'Going back' }}
      />
      <OneAct
        act={acts.setMode}
        environment={environment}
        mode="off"
        words={{ idle: 'Turn off enforcement', busy: 'Turning off enforcement' }}
      />
    </>
  );
}

function Family({ place }: { place: Place }) {
  const { subAccounts } = place.readiness;
  const { enforcement } = place.consequence;
  if (enforcement.inherited) {
    return (
      <p className="family">
        {holderOf(place)} sets this, for every account below it. Ask its admins to change it.
      </p>
    );
  }
  if (subAccounts === 0) return null;
  const names = place.family.below.slice(0, subAccounts);
  const others = subAccounts - names.length;
  return (
    <p className="family">
      What you set here also holds for {counted(subAccounts, 'account')} below yours:{' '}
      {listed(others > 0 ? [...names, `${others} more`] : names)}.
    </p>
  );
}

function oneHourAfter(iso: string): string {
  return new Date(new Date(iso).getTime() + HOUR_MS).toISOString();
}

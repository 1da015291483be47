import { type AskAction, AskForIt } from '@/components/members/ask-for-it';
import { LocalMoment } from '@/components/time/local';
import { Link } from '@/components/ui/link';
import { hostOf } from '@/components/words';
import { type Act, OneAct } from './acts';
import { confirmationWord } from './confirmation';
import { holderOf, type Place } from './environment-card';
import { type StartAction, StartForm } from './start-form';
import { trialLength } from './words';

export type DecideActs = { setMode: Act; cancel: Act; start: StartAction };

/** Below the evidence: what makes the environment stricter. */
export function Decide({
  place,
  acts,
  ask,
}: {
  place: Place;
  acts: DecideActs | null;
  ask: AskAction | null;
}) {
  const { environment, enforcement } = place.consequence;
  const { trial, mode, inherited, schedule } = enforcement;
  if (trial) {
    return (
      <p className="small soft">
        A trial runs. Confirm it or go back{' '}
        <a className="link" href={`#${environment}-title`}>
          at the top of this page
        </a>
        .
      </p>
    );
  }
  if (mode === 'enforce') return inherited ? <Inherited place={place} /> : <Enforced />;
  if (!acts) {
    return (
      <div className="grid gap-3">
        <p className="small soft">
          Changing this needs the Manage mTLS permission. Owners and Admins of your account can give
          it to you.
        </p>
        {ask ? <AskForIt action={ask} /> : null}
      </div>
    );
  }
  if (schedule) {
    return (
      <div className="scheduled-line">
        <p>
          A {trialLength(schedule.trialMinutes)} trial starts by itself on{' '}
          <b>
            <LocalMoment at={schedule.at} />
          </b>
          , as {schedule.by} asked. A mail reminds you a day and an hour before. To choose another
          time, or to start now, cancel it first.
        </p>
        <OneAct
          act={acts.cancel}
          environment={environment}
          words={{ idle: 'Cancel schedule', busy: 'Cancelling' }}
        />
      </div>
    );
  }
  return (
    <>
      {mode === 'off' ? <Observe place={place} act={acts.setMode} /> : null}
      <Start place={place} action={acts.start} />
    </>
  );
}

function Observe({ place, act }: { place: Place; act: Act }) {
  const { environment } = place.consequence;
  return (
    <div className="observe-line">
      <p className="small soft">
        Observing refuses nothing. Everybody in your account sees that {environment} is being
        rehearsed.
      </p>
      <OneAct
        act={act}
        environment={environment}
        mode="observe"
        form="btn btn-primary"
        words={{ idle: `Observe ${environment}`, busy: 'Turning on' }}
      />
    </div>
  );
}

function Start({ place, action }: { place: Place; action: StartAction }) {
  const { consequence, readiness } = place;
  const { environment, liveCertificates, mtlsUrl, enforcement } = consequence;
  if (liveCertificates.length === 0 && readiness.subAccounts === 0) {
    return (
      <div className="acts-and-why">
        <button className="btn" type="button" disabled aria-describedby={`${environment}-closed`}>
          Start 15-minute trial
        </button>
        <p className="small soft" id={`${environment}-closed`}>
          There is no live certificate in {environment}, so every call would be refused.{' '}
          <Link className="link" href={`/certificates/new?environment=${environment}`}>
            Issue certificate
          </Link>
        </p>
      </div>
    );
  }
  const refused = readiness.apiClients.filter((one) => one.wouldBeRefused).length;
  return (
    <StartForm
      action={action}
      facts={{
        environment,
        word: refused > 0 ? confirmationWord(environment) : null,
        reason: readiness.evidence ? 'not asked' : 'asked',
        lastMtlsCallAt: readiness.lastMtlsCallAt,
        mtlsHost: mtlsUrl ? hostOf(mtlsUrl) : 'the mTLS host',
        ready: enforcement.mode === 'observe' && refused === 0 && readiness.evidence ? 'yes' : 'no',
      }}
    />
  );
}

function Enforced() {
  return (
    <p className="small soft">
      Going back to observe, or turning enforcement off, is one press at the top of this page. It
      holds within a second.
    </p>
  );
}

function Inherited({ place }: { place: Place }) {
  const { environment } = place.consequence;
  return (
    <div className="acts-and-why">
      <button className="btn" type="button" disabled aria-describedby={`${environment}-inherited`}>
        Turn off enforcement
      </button>
      <p className="small soft" id={`${environment}-inherited`}>
        {holderOf(place)} enforces {environment}, and its policy holds here. Only its admins can
        turn it off: ask them.
      </p>
    </div>
  );
}

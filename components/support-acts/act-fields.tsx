import { Field } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { ENVIRONMENT_WORDS } from '@/components/words';
import { LIVE_LIMIT } from '@/lib/contract/act-limits';
import type { AccountStanding } from '@/lib/contract/support-acts';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import type { AskValues } from './act-form';
import { type AccountActKind, grantable, lengthText } from './words';

const LENGTHS_MINUTES = [15, 60, 240, 1_440];

/** What an act needs to know beside its reason. */
export function ActFields({
  kind,
  standing,
  values,
}: {
  kind: AccountActKind;
  standing: AccountStanding;
  values: AskValues;
}) {
  switch (kind) {
    case 'live-limit':
      return (
        <Field
          label="Certificates that may be live"
          hint={`Now ${standing.liveLimit}, of which ${standing.liveCount} are used. Above ${LIVE_LIMIT.withoutSecondPerson} a support lead has to approve it.`}
          type="number"
          name="limit"
          min={LIVE_LIMIT.least}
          max={LIVE_LIMIT.most}
          required
          defaultValue={values.limit === '' ? standing.liveLimit : values.limit}
        />
      );
    case 'plan':
      return (
        <>
          <p className="small">
            Now <b>{standing.plan === 'none' ? 'without' : 'with'}</b> mutual TLS. It would be{' '}
            <b>{standing.plan === 'none' ? 'with' : 'without'}</b> it.
          </p>
          <input type="hidden" name="plan" value={standing.plan === 'none' ? 'standard' : 'none'} />
        </>
      );
    case 'break-glass':
      return <BreakGlassFields standing={standing} values={values} />;
    case 'grant-manage-mtls':
      return <GrantFields standing={standing} values={values} />;
    case 'suspend-account':
    case 'resume-account':
      return null;
  }
}

function BreakGlassFields({ standing, values }: { standing: AccountStanding; values: AskValues }) {
  if (standing.enforced.length === 0) {
    return (
      <Notice tone="expiring" title="Nothing is enforced on this account">
        <p>
          Calls without a certificate pass already. Look at its refused calls for another reason.
        </p>
      </Notice>
    );
  }
  return (
    <>
      <fieldset>
        <legend className="h3 mb-2">Where</legend>
        <div className="choices">
          {standing.enforced.map(({ environment, suspendedUntil }, _index, all) => (
            <label key={environment}>
              <input
                className="radio"
                type="radio"
                name="environment"
                value={environment}
                required
                disabled={suspendedUntil !== null}
                defaultChecked={
                  values.environment === environment ||
                  (all.length === 1 && suspendedUntil === null)
                }
              />
              <span>{ENVIRONMENT_WORDS[environment]}</span>
              <small>
                {suspendedUntil
                  ? `Suspended until ${suspendedUntil.slice(0, 16).replace('T', ' ')} UTC already`
                  : 'Calls without a certificate are refused now'}
              </small>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend className="h3 mb-2">For how long</legend>
        <div className="options">
          {LENGTHS_MINUTES.map((minutes) => (
            <label key={minutes}>
              <input
                className="radio"
                type="radio"
                name="minutes"
                value={minutes}
                required
                defaultChecked={values.minutes === String(minutes)}
              />
              {lengthText(minutes)}
            </label>
          ))}
        </div>
      </fieldset>
    </>
  );
}

function GrantFields({ standing, values }: { standing: AccountStanding; values: AskValues }) {
  const members = grantable(standing);
  if (members.length === 0) {
    return (
      <Notice tone="expiring" title="Every member may manage mTLS already">
        <p>Have an admin of the account invite the person first.</p>
      </Notice>
    );
  }
  return (
    <>
      <fieldset>
        <legend className="h3 mb-2">To whom</legend>
        <div className="choices">
          {members.map(({ email, name, role, environment }) => (
            <label key={email}>
              <input
                className="radio"
                type="radio"
                name="email"
                value={email}
                required
                defaultChecked={values.email === email}
              />
              <span>{name}</span>
              <small>
                {email}, {role === 'viewer' ? 'reads only' : `manages ${environment} only`}
              </small>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend className="h3 mb-2">Where</legend>
        <div className="options">
          {(['', ...ENVIRONMENTS] as const).map((environment) => (
            <label key={environment}>
              <input
                className="radio"
                type="radio"
                name="environment"
                value={environment}
                defaultChecked={values.environment === environment}
              />
              {environment === '' ? 'Everywhere' : ENVIRONMENT_WORDS[environment]}
            </label>
          ))}
        </div>
      </fieldset>
    </>
  );
}

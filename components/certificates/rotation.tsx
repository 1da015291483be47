import { Ago } from '@/components/time/when';
import { Link } from '@/components/ui/link';
import type { CertificateView, RotationSide, RotationView } from '@/lib/contract/views';
import { type IdleRuleAction, IdleRuleForm } from './idle-rule-form';
import { daysText } from './life';
import { RotationChart } from './rotation-chart';
import { count, rotationWords } from './rotation-words';

/** Traffic moving from a certificate to its renewal, on the page of either. */
export function Rotation({
  rotation,
  here,
  action,
}: {
  rotation: RotationView;
  /** The id of the certificate whose page this is. */
  here: string;
  /** Changes the rule of the old one; null for who may not. */
  action: IdleRuleAction | null;
}) {
  const { old, next, state, lately, rule } = rotation;
  const { sentence, soft } = rotationWords(rotation);
  return (
    <section className="sheet" aria-label="Rotation">
      <div className="sheet-pad">
        <p className="sentence">
          <span className={state === 'safe' ? 'is-live' : undefined}>{sentence}</span>{' '}
          <span className="soft">{soft}</span>
        </p>
        <RotationChart rotation={rotation} />
      </div>
      <dl className="stats pair">
        <Side name="Old" side={old} calls={lately.old} here={here} />
        <Side name="New" side={next} calls={lately.next} here={here} />
      </dl>
      {old.status === 'live' && action ? (
        <div className="sheet-row rotation-acts">
          <IdleRuleForm
            key={rule?.days ?? 0}
            rule={rule}
            days={rotation.idleDays}
            action={action}
          />
          {state === 'safe' || state === 'left-behind' ? (
            <Link
              className={`btn ${state === 'safe' ? 'btn-danger-fill' : 'btn-danger'}`}
              href={`/certificates/${old.id}/revoke`}
            >
              Revoke the old one
            </Link>
          ) : null}
        </div>
      ) : null}
    </section>
  );
}

/** A rule that waits: nothing renews the certificate yet. */
export function LoneRule({
  certificate: { status, revokeWhenIdleDays: days },
  action,
}: {
  certificate: Pick<CertificateView, 'status' | 'revokeWhenIdleDays'>;
  action: IdleRuleAction | null;
}) {
  if (status !== 'live' || days === null) return null;
  return (
    <section className="sheet" aria-label="Rotation">
      <div className="sheet-pad rotation-acts">
        {action ? (
          <IdleRuleForm rule={{ days, by: null }} days={days} action={action} />
        ) : (
          <p>It is revoked by itself once it is renewed and has been idle for {daysText(days)}.</p>
        )}
      </div>
    </section>
  );
}

function Side({
  name,
  side,
  calls,
  here,
}: {
  name: 'Old' | 'New';
  side: RotationSide;
  calls: number;
  here: string;
}) {
  const slot = side.slot === null ? '' : `, slot ${side.slot}`;
  return (
    <div>
      <dt>
        <span className={`swatch ${name.toLowerCase()}`}>{name}</span>
        {side.id === here ? (
          <span>
            {side.label}
            {slot}
          </span>
        ) : (
          <Link className="link wraps" href={`/certificates/${side.id}`}>
            {side.label}
            {slot}
          </Link>
        )}
      </dt>
      <dd>
        {count(calls)} <small>{calls === 1 ? 'call' : 'calls'} in 24 hours</small>
        <small className="block">
          {side.lastSeenAt ? (
            <>
              Last seen <Ago at={side.lastSeenAt} />
            </>
          ) : (
            'Never seen'
          )}
        </small>
      </dd>
    </div>
  );
}

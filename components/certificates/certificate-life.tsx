import { dayText } from '@/components/time/format';
import { readerLocale } from '@/components/time/locale';
import { Ago } from '@/components/time/when';
import { firstAndMore, grouped, shareText } from '@/components/traffic/numbers';
import { ENVIRONMENT_WORDS, REASON_WORDS } from '@/components/words';
import type { CertificateTrafficView } from '@/lib/contract/activity';
import type { CertificateView } from '@/lib/contract/views';
import { daysText, lifeOf } from './life';
import { Lifeline } from './lifeline';

/** The sentence that says how it stands, the line of its life, and how it is used. */
export async function CertificateLife({
  certificate,
  traffic,
  renewal,
  now,
}: {
  certificate: CertificateView;
  traffic: CertificateTrafficView;
  /** Whether another one is live to take over. */
  renewal: 'issued' | 'none';
  now: Date;
}) {
  const locale = await readerLocale();
  const life = lifeOf(certificate, now);
  const over = life.state === 'revoked' || life.state === 'expired';
  const until = certificate.revokedAt ? new Date(certificate.revokedAt) : now;
  return (
    <section className="sheet">
      <div className="sheet-pad pb-3">
        <Sentence certificate={certificate} renewal={renewal} now={now} locale={locale} />
        <div className="mt-3">
          <Lifeline
            state={life.state}
            percentGone={100 - lifeOf({ ...certificate, status: 'live' }, until).percentLeft}
            words={{
              from: `Valid from ${dayText(certificate.notBefore, locale)}`,
              to: `to ${dayText(certificate.notAfter, locale)}`,
              pin: over ? (life.state === 'revoked' ? 'Revoked' : null) : 'Today',
            }}
          />
        </div>
      </div>
      <TrafficStats certificate={certificate} traffic={traffic} />
    </section>
  );
}

function TrafficStats({
  certificate,
  traffic,
}: {
  certificate: CertificateView;
  traffic: CertificateTrafficView;
}) {
  const { share, passed, apiClients } = traffic;
  const environment = ENVIRONMENT_WORDS[certificate.environment].toLowerCase();
  const names = apiClients.flatMap(({ name }) => name ?? []);
  const [busiest] = names;
  return (
    <dl className="stats">
      <div>
        <dt>Last seen</dt>
        <dd>{certificate.lastSeenAt ? <Ago at={certificate.lastSeenAt} /> : 'Never'}</dd>
      </div>
      <div>
        <dt>Calls in 7 days</dt>
        <dd>{grouped(passed.week)}</dd>
      </div>
      <div>
        <dt>Share of {environment}</dt>
        <dd>
          {share.ofCalls > 0 ? shareText(share.calls, share.ofCalls) : <small>no calls yet</small>}
        </dd>
      </div>
      <div>
        <dt>API clients</dt>
        <dd>
          {names.length} {busiest ? <small>{firstAndMore(names)}</small> : null}
        </dd>
      </div>
    </dl>
  );
}

function Sentence({
  certificate,
  renewal,
  now,
  locale,
}: {
  certificate: CertificateView;
  renewal: 'issued' | 'none';
  now: Date;
  locale: string;
}) {
  const life = lifeOf(certificate, now);
  const days = daysText(life.daysLeft);
  if (certificate.revokedAt) {
    const reason = certificate.revocationReason ?? 'unspecified';
    return (
      <p className="sentence">
        This certificate was revoked on {dayText(certificate.revokedAt, locale)} by{' '}
        {certificate.revokedBy ?? 'someone'}.{' '}
        <span className="soft">
          Calls with it are refused.
          {reason === 'unspecified' ? '' : ` Reason: ${REASON_WORDS[reason].name.toLowerCase()}.`}
        </span>
      </p>
    );
  }
  if (life.state === 'expired') {
    return (
      <p className="sentence">
        <span className="is-refused">
          This certificate ended on {dayText(certificate.notAfter, locale)}.
        </span>{' '}
        <span className="soft">Calls with it are refused.</span>
      </p>
    );
  }
  if (life.state === 'expiring') {
    return (
      <p className="sentence">
        This certificate <span className="is-expiring">expires in {days}</span>.{' '}
        <span className="soft">
          Calls with it will then be refused.{' '}
          {renewal === 'issued' ? 'Its renewal is there to take over.' : 'Renew it.'}
        </span>
      </p>
    );
  }
  return (
    <p className="sentence">
      This certificate is live for another {days}.{' '}
      <span className="soft">
        {certificate.lastSeenAt ? 'Calls with it pass.' : 'No call has come with it yet.'}
      </span>
    </p>
  );
}

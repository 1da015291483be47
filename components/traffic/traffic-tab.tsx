import { Ago } from '@/components/time/when';
import { Empty } from '@/components/ui/empty';
import { Link } from '@/components/ui/link';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { CertificateTrafficView } from '@/lib/contract/activity';
import { type BarPart, Hatch, StackedBar, Swatch } from './bars';
import { DayChart } from './day-chart';
import { callsText, grouped, shareText } from './numbers';

/** How a certificate is used: how much, its share, by whom and from where. */
export function TrafficTab({ traffic }: { traffic: CertificateTrafficView }) {
  const { passed, refused } = traffic;
  if (passed.month + refused.month === 0) return <NoTraffic traffic={traffic} />;
  return (
    <div className="cols">
      <Hatch />
      <div className="c7 grid content-start gap-6">
        <section className="sheet" aria-labelledby="calls-title">
          <div className="sheet-pad figures">
            <h2 className="h3" id="calls-title">
              Calls in 30 days
            </h2>
            <p>
              <b className="figure">{grouped(passed.month)}</b> passed
              {refused.month > 0 ? (
                <>
                  {', '}
                  <Link className="link" href={`/activity?certificate=${traffic.certificateId}`}>
                    {grouped(refused.month)} refused
                  </Link>
                </>
              ) : null}
            </p>
            <p className="quiet">
              {grouped(passed.day)} in 24 hours, {grouped(passed.week)} in 7 days
            </p>
          </div>
          <DayChart days={traffic.days} />
        </section>
        {traffic.apiClients.length > 0 ? <Callers traffic={traffic} /> : null}
      </div>
      <aside className="c5 grid content-start gap-6">
        <Share traffic={traffic} />
        {traffic.networks.length > 0 ? <Networks traffic={traffic} /> : null}
      </aside>
    </div>
  );
}

function NoTraffic({ traffic }: { traffic: CertificateTrafficView }) {
  const act = (
    <Link className="btn btn-primary" href={`/connect?environment=${traffic.environment}`}>
      Make the first call
    </Link>
  );
  return (
    <div className="sheet">
      <Empty
        title={traffic.lastSeenAt ? 'No call in the last 30 days' : 'No call with it yet'}
        act={act}
      >
        Calls a day, the share of this certificate, and who calls with it from where appear here
        within two seconds of a call.
      </Empty>
    </div>
  );
}

function Share({ traffic }: { traffic: CertificateTrafficView }) {
  const { calls, ofCalls, others, withoutCertificate } = traffic.share;
  const environment = ENVIRONMENT_WORDS[traffic.environment].toLowerCase();
  if (ofCalls === 0) return null;
  const parts: BarPart[] = [
    { key: 'own', kind: 'own', value: calls },
    ...others.map((one): BarPart => ({ key: one.certificateId, kind: 'other', value: one.calls })),
    { key: 'without', kind: 'without', value: withoutCertificate },
  ];
  const says = `${shareText(calls, ofCalls)} with this certificate, ${shareText(withoutCertificate, ofCalls)} without any`;
  return (
    <section className="sheet" aria-labelledby="share-title">
      <div className="sheet-pad figures">
        <h2 className="h3" id="share-title">
          Share of {environment} in 7 days
        </h2>
        <p>
          <b className="figure">{shareText(calls, ofCalls)}</b> of {callsText(ofCalls)}
        </p>
        <StackedBar parts={parts} label={says} />
      </div>
      <ul className="shares">
        <ShareRow kind="own" calls={calls} of={ofCalls}>
          This certificate
        </ShareRow>
        {others.map((one) => (
          <ShareRow key={one.certificateId} kind="other" calls={one.calls} of={ofCalls}>
            <Link className="link wraps" href={`/certificates/${one.certificateId}?tab=traffic`}>
              {one.label}
            </Link>
          </ShareRow>
        ))}
        {withoutCertificate > 0 ? (
          <ShareRow kind="without" calls={withoutCertificate} of={ofCalls}>
            Without a certificate, at the standard host
          </ShareRow>
        ) : null}
      </ul>
    </section>
  );
}

function ShareRow({
  kind,
  calls,
  of,
  children,
}: {
  kind: BarPart['kind'];
  calls: number;
  of: number;
  children: React.ReactNode;
}) {
  return (
    <li>
      <Swatch kind={kind} />
      <span>{children}</span>
      <span className="num">{grouped(calls)}</span>
      <span className="num quiet">{shareText(calls, of)}</span>
    </li>
  );
}

function Callers({ traffic }: { traffic: CertificateTrafficView }) {
  return (
    <section className="sheet overflow-hidden" aria-labelledby="callers-title">
      <div className="sheet-head">
        <h2 className="h3" id="callers-title">
          API clients that call with it
        </h2>
        <span className="end quiet small">30 days</span>
      </div>
      <ul className="tally">
        {traffic.apiClients.map((one) => (
          <li key={one.id}>
            {one.name ? (
              <span className="mono">{one.name}</span>
            ) : (
              <span className="quiet">None of yours was named</span>
            )}
            <span className="num">{callsText(one.calls)}</span>
            <span className="quiet">
              <Ago at={one.lastAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Networks({ traffic }: { traffic: CertificateTrafficView }) {
  return (
    <section className="sheet overflow-hidden" aria-labelledby="networks-title">
      <div className="sheet-head">
        <h2 className="h3" id="networks-title">
          Where the calls come from
        </h2>
        <span className="end quiet small">30 days</span>
      </div>
      <ul className="tally">
        {traffic.networks.map((one) => (
          <li key={one.network}>
            <span>
              <span className="mono">
                {one.network === 'other' ? 'other networks' : one.network}
              </span>
              {one.userAgents.length > 0 ? <small>{one.userAgents.join(', ')}</small> : null}
            </span>
            <span className="num">{callsText(one.calls)}</span>
            <span className="quiet">
              <Ago at={one.lastAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

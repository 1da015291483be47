import { exactUtc } from '@/components/time/format';
import { Env } from '@/components/ui/env';
import { Fact, shortened } from '@/components/ui/fact';
import { Link } from '@/components/ui/link';
import type { Environment } from '@/lib/kernel/environments';
import type { Shown } from './merge';
import { type Reading, Since } from './when';
import { callsOf, connectionOf, daysLeftOf } from './words';

/** All the edge saw of a call. */
export function SeenFacts({
  decision,
  reading,
  page,
}: {
  decision: Shown;
  reading: Reading;
  /** The environment of the page it is shown on. */
  page: Environment;
}) {
  const { certificate, fingerprint, requestId, apiClientName } = decision;
  return (
    <dl className="facts tight">
      {decision.environment === page ? null : (
        <Fact name="Called">
          <Env environment={decision.environment} size="text" />
        </Fact>
      )}
      <Fact name="Certificate">
        {certificate ? (
          <>
            <Link className="link wraps" href={`/certificates/${certificate.id}`}>
              {certificate.label}
            </Link>
            , {daysLeftOf(certificate.notAfter, reading.now)}
          </>
        ) : (
          (fingerprint && 'not one of yours') || 'none'
        )}
      </Fact>
      {certificate ? (
        <Fact name="Serial" form="mono" copy={certificate.serialHex}>
          <span title={certificate.serialHex}>{shortened(certificate.serialHex)}</span>
        </Fact>
      ) : null}
      {!certificate && fingerprint ? (
        <Fact name="SHA-256" form="mono" copy={fingerprint}>
          <span title={fingerprint}>{shortened(fingerprint)}</span>
        </Fact>
      ) : null}
      <Fact name="API client" {...(apiClientName ? { form: 'mono' as const } : {})}>
        {apiClientName ?? 'none that is known here'}
      </Fact>
      <Fact name="Connection">{connectionOf(decision)}</Fact>
      <Fact name="From" form="mono" {...(decision.userAgent ? { note: decision.userAgent } : {})}>
        {decision.sourceAddress}
      </Fact>
      <Fact name="When">
        {exactUtc(decision.at).slice(11)}, <Since at={decision.at} reading={reading} />
      </Fact>
      {decision.total > decision.calls ? (
        <Fact name="Like it">{callsOf(decision.total)} in all</Fact>
      ) : null}
      <Fact name="Request" form="mono" copy={requestId}>
        <span title={requestId}>{shortened(requestId)}</span>
      </Fact>
    </dl>
  );
}

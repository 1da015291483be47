import { Moment } from '@/components/time/when';
import { Env } from '@/components/ui/env';
import { Fact, shortened } from '@/components/ui/fact';
import type { CaseCall } from '@/lib/contract/support';

/** The refused call that was looked for, and what it means in the words used everywhere. */
export function FoundCall({ call }: { call: CaseCall }) {
  return (
    <section className="sheet sheet-pad" aria-labelledby="found-call">
      <p className="small quiet">Found call</p>
      <h2 className="h2 mt-1" id="found-call">
        {call.whatHappened}
      </h2>
      <p className="small soft">{call.whatToDo}</p>
      <dl className="facts mt-2">
        <Fact name="Code">
          <code className="code">{call.code}</code>
        </Fact>
        <Fact name="When">
          <Moment at={call.at} />
        </Fact>
        <Fact name="Environment">
          <Env environment={call.environment} size="text" />
        </Fact>
        <Fact name="Host">{call.listener === 'mtls' ? 'mTLS host' : 'Standard host'}</Fact>
        <Fact name="From" form="mono" {...(call.userAgent ? { note: call.userAgent } : {})}>
          {call.sourceAddress}
        </Fact>
        {call.fingerprint ? (
          <Fact
            name="Presented"
            form="mono"
            copy={call.fingerprint}
            note="SHA-256 of the certificate"
          >
            <span title={call.fingerprint}>{shortened(call.fingerprint)}</span>
          </Fact>
        ) : (
          <Fact name="Presented">No certificate</Fact>
        )}
        {call.tlsVersion ? <Fact name="TLS">{call.tlsVersion.replace('TLSv', 'TLS ')}</Fact> : null}
        {call.sni ? (
          <Fact name="Server name" form="mono">
            {call.sni}
          </Fact>
        ) : null}
        <Fact name="Edge">{call.edge}</Fact>
        <Fact name="Request" form="mono" copy={call.requestId}>
          {call.requestId}
        </Fact>
      </dl>
    </section>
  );
}

import { ChevronRight } from 'lucide-react';
import { actFor } from '@/components/live/words';
import { Ago, Moment } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { Env } from '@/components/ui/env';
import { Fact, grouped } from '@/components/ui/fact';
import { Link } from '@/components/ui/link';
import type { RefusedCallView } from '@/lib/contract/activity';

/** Refused calls; each row opens to what happened and what to do, in the words used everywhere. */
export function Calls({ calls }: { calls: RefusedCallView[] }) {
  return (
    <ol className="stream">
      {calls.map((call) => (
        <li key={call.id}>
          <details>
            <summary>
              <Badge shape="refused">Refused</Badge>
              <span className="what">
                <b>{call.whatHappened}</b>
                <small>
                  {call.apiClientName ?? 'No API client named'} from{' '}
                  <span className="mono">{call.sourceAddress}</span>, {call.environment},{' '}
                  {call.listener === 'mtls' ? 'mTLS host' : 'standard host'}
                </small>
              </span>
              <Ago at={call.at} />
              <ChevronRight className="icon" aria-hidden="true" />
            </summary>
            <Explanation call={call} />
          </details>
        </li>
      ))}
    </ol>
  );
}

function Explanation({ call }: { call: RefusedCallView }) {
  const act = actFor(call);
  return (
    <div className="explanation">
      <p>
        {call.whatToDo}{' '}
        <Link className="link" href={act.href}>
          {act.words}
        </Link>
      </p>
      <dl className="facts">
        <Fact name="Code">
          <code className="code">{call.code}</code>
        </Fact>
        <Fact name="When">
          <Moment at={call.at} />
        </Fact>
        <Fact name="Environment">
          <Env environment={call.environment} size="text" />
        </Fact>
        <Presented call={call} />
        {call.apiClientName ? (
          <Fact name="API client" form="mono">
            {call.apiClientName}
          </Fact>
        ) : null}
        <Fact name="From" form="mono" {...(call.userAgent ? { note: call.userAgent } : {})}>
          {call.sourceAddress}
        </Fact>
        <Fact name="Request" form="mono" copy={call.requestId}>
          {call.requestId}
        </Fact>
      </dl>
    </div>
  );
}

/** The certificate by its label, or the fingerprint to compare with the files one has. */
function Presented({ call }: { call: RefusedCallView }) {
  if (call.certificateId) {
    return (
      <Fact name="Certificate">
        <Link className="link wraps" href={`/certificates/${call.certificateId}?tab=traffic`}>
          {call.certificateLabel ?? call.certificateId}
        </Link>
      </Fact>
    );
  }
  if (!call.fingerprint) return null;
  return (
    <Fact name="Certificate" form="hex" copy={call.fingerprint} note="SHA-256 of what was sent">
      {grouped(call.fingerprint)}
    </Fact>
  );
}

import { ChevronRight } from 'lucide-react';
import { Ago, Moment } from '@/components/time/when';
import { andMore, callsText } from '@/components/traffic/numbers';
import { Badge } from '@/components/ui/badge';
import { Env } from '@/components/ui/env';
import { Fact } from '@/components/ui/fact';
import { Link } from '@/components/ui/link';
import type { PassedCallsView } from '@/lib/contract/activity';

/** Calls that passed, by kind; each row opens to what is known of them and what it means for enforcement. */
export function PassedCalls({ kinds }: { kinds: PassedCallsView[] }) {
  return (
    <ol className="stream">
      {kinds.map((kind) => (
        <li key={keyOf(kind)}>
          <details>
            <summary>
              {kind.proved ? (
                <Badge shape="live">Passed</Badge>
              ) : (
                <Badge shape="notice">Unproved</Badge>
              )}
              <span className="what">
                <b>
                  {callsText(kind.calls)} {whose(kind)}
                </b>
                <small>
                  {kind.apiClient?.name ?? 'No API client of yours'} from{' '}
                  <span className="mono">{kind.networks[0]}</span>
                  {andMore(kind.networks)}, {kind.environment},{' '}
                  {kind.listener === 'mtls' ? 'mTLS host' : 'standard host'}
                </small>
              </span>
              <Ago at={kind.lastAt} />
              <ChevronRight className="icon" aria-hidden="true" />
            </summary>
            <Explanation kind={kind} />
          </details>
        </li>
      ))}
    </ol>
  );
}

function whose({ certificate, proved, calls }: PassedCallsView): string {
  if (certificate) return `with ${certificate.label}`;
  if (proved) return 'without a certificate';
  return `that only ${calls === 1 ? 'names' : 'name'} your API client`;
}

function keyOf({ environment, listener, proved, certificate, apiClient }: PassedCallsView): string {
  return [environment, listener, proved, certificate?.id, apiClient?.id].join(' ');
}

function Explanation({ kind }: { kind: PassedCallsView }) {
  return (
    <div className="explanation">
      <p>{meaning(kind)}</p>
      <dl className="facts">
        <Fact name="First">
          <Moment at={kind.firstAt} />
        </Fact>
        <Fact name="Newest">
          <Moment at={kind.lastAt} />
        </Fact>
        <Fact name="Environment">
          <Env environment={kind.environment} size="text" />
        </Fact>
        {kind.certificate ? (
          <Fact name="Certificate">
            <Link className="link wraps" href={`/certificates/${kind.certificate.id}?tab=traffic`}>
              {kind.certificate.label}
            </Link>
          </Fact>
        ) : null}
        {kind.apiClient ? (
          <Fact name="API client" form="mono">
            {kind.apiClient.name}
          </Fact>
        ) : null}
        <Fact name="From" form="mono">
          {kind.networks.join(', ')}
        </Fact>
        {kind.userAgents.length > 0 ? (
          <Fact name="Program" form="mono">
            {kind.userAgents.join(', ')}
          </Fact>
        ) : null}
      </dl>
    </div>
  );
}

function meaning({ listener, proved, environment, calls }: PassedCallsView): string {
  const one = calls === 1;
  if (listener === 'mtls') {
    return `${one ? 'It also passes' : 'They also pass'} when mTLS is enforced in ${environment}.`;
  }
  if (proved) {
    return `${one ? 'It is' : 'They are'} refused once mTLS is enforced in ${environment}. Call the mTLS host with your certificate.`;
  }
  const [they, were] = one ? ['it', 'was'] : ['they', 'were'];
  return `The edge let ${one ? 'it' : 'them'} through, and nothing shows that ${they} ${were} yours: the API answered 401 or 403, or not at all. So ${they} neither ${one ? 'holds' : 'hold'} enforcement back nor ${one ? 'speaks' : 'speak'} for it. If ${they} ${were} yours, check the password.`;
}

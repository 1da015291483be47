import { Ago } from '@/components/time/when';
import { type BarPart, StackedBar } from '@/components/traffic/bars';
import { firstAndMore, grouped } from '@/components/traffic/numbers';
import { Badge } from '@/components/ui/badge';
import { CopyButton } from '@/components/ui/copy';
import { Link } from '@/components/ui/link';
import type { ConnectionsView, ConnectionView } from '@/lib/contract/activity';
import { CONNECTS_WORDS, ifEnforced, unprovedText } from './connection-words';

/** The API clients of one environment: how each connects, and what enforcement would do to it. */
export function ApiClientTable({ connections }: { connections: ConnectionsView }) {
  return (
    <table className="rows clients">
      <thead>
        <tr>
          <th scope="col">API client</th>
          <th scope="col">If enforced</th>
          <th scope="col">How it connects</th>
          <th scope="col">Calls in {connections.days} days</th>
          <th scope="col">Program and network</th>
          <th scope="col">Last seen</th>
        </tr>
      </thead>
      <tbody>
        {connections.items.map((one) => (
          <Row key={one.apiClient.id} connection={one} environment={connections.environment} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ connection, environment }: { connection: ConnectionView; environment: string }) {
  const { apiClient, mtls, standard, refused } = connection;
  const unproved = unprovedText(connection);
  const state = apiClient.disabledAt ? 'over' : ifEnforced(connection) === 'refused' ? 'hit' : '';
  return (
    <tr className={state}>
      <td>
        <span className="name mono">{apiClient.name}</span>{' '}
        <CopyButton value={apiClient.name} what={`name ${apiClient.name}`} />
        {unproved ? <small>{unproved}</small> : null}
      </td>
      <td className="verdict-cell">
        <Verdict connection={connection} />
      </td>
      <td data-l="Connects">
        <Connects connection={connection} environment={environment} />
      </td>
      <td data-l="Calls">
        <span>
          <span className="num">{grouped(mtls.calls + standard.calls)}</span>
          {refused.calls > 0 ? (
            <small>
              <Link
                className="link"
                href={`/activity?outcome=refused&environment=${environment}&apiClient=${apiClient.id}`}
              >
                {grouped(refused.calls)} refused
              </Link>
            </small>
          ) : null}
        </span>
      </td>
      <td data-l="Program">
        <Program connection={connection} />
      </td>
      <td data-l="Last seen">
        {connection.lastSeenAt ? (
          <Ago at={connection.lastSeenAt} />
        ) : (
          <span className="quiet">never</span>
        )}
      </td>
    </tr>
  );
}

function Verdict({ connection }: { connection: ConnectionView }) {
  if (connection.apiClient.disabledAt) return <Badge shape="revoked">Disabled</Badge>;
  const verdict = ifEnforced(connection);
  if (verdict === null) return <span className="quiet">not known</span>;
  return verdict === 'passes' ? (
    <Badge shape="live">Passes</Badge>
  ) : (
    <Badge shape="refused">Refused</Badge>
  );
}

function Connects({
  connection,
  environment,
}: {
  connection: ConnectionView;
  environment: string;
}) {
  const { connects, mtls, standard } = connection;
  if (connects === 'nothing') {
    return (
      <Link className="link wraps" href={`/connect?environment=${environment}`}>
        Make its first call
      </Link>
    );
  }
  const parts: BarPart[] = [
    { key: 'mtls', kind: 'own', value: mtls.calls },
    { key: 'standard', kind: 'without', value: standard.calls },
  ];
  const says = `${grouped(mtls.calls)} with mTLS, ${grouped(standard.calls)} without`;
  return (
    <span className="connects">
      <StackedBar parts={parts} label={says} size="small" />
      {CONNECTS_WORDS[connects]}
    </span>
  );
}

/** Of what comes without a certificate where something does: that is the program that has to change. */
function Program({ connection }: { connection: ConnectionView }) {
  const { connects, userAgents, networks } = connection;
  const listener = connects === 'mtls' ? 'mtls' : 'standard';
  const ofIt = (one: { listener: string; proved: boolean }) =>
    one.proved && one.listener === listener;
  const programs = userAgents.filter(ofIt).map(({ userAgent }) => userAgent);
  const from = networks.filter(ofIt).map(({ network }) => network);
  if (from.length === 0) return <span className="quiet">none</span>;
  return (
    <span>
      <span className="mono">{firstAndMore(programs) || 'no user agent'}</span>
      <small>
        {connects === 'both' ? 'Without mTLS, from ' : ''}
        {firstAndMore(from)}
      </small>
    </span>
  );
}

import { Ago, Day } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { Link } from '@/components/ui/link';
import type { ApiKeyView } from '@/lib/contract/api-keys';
import { environmentsOf, isOver, KEY_STATES, scopesOf } from './words';

export function KeyTable({ keys }: { keys: readonly ApiKeyView[] }) {
  return (
    <table className="rows">
      <thead>
        <tr>
          <th scope="col">API key</th>
          <th scope="col">State</th>
          <th scope="col">May</th>
          <th scope="col">From</th>
          <th scope="col">Last used</th>
          <th scope="col">Expires</th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <Row key={key.id} of={key} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ of: key }: { of: ApiKeyView }) {
  const { shape, name } = KEY_STATES[key.state];
  return (
    <tr className={`opens ${isOver(key) ? 'over' : key.refused ? 'hit' : ''}`}>
      <td>
        <Link className="name" href={`/api-keys/${key.id}`}>
          {key.name}
        </Link>
        <small className="mono">{key.start}…</small>
      </td>
      <td className="verdict-cell">
        <Badge shape={shape}>{name}</Badge>
      </td>
      <td data-l="May">
        <span>
          {scopesOf(key.scopes)}
          <small>{environmentsOf(key)}</small>
        </span>
      </td>
      <td data-l="From">
        <From of={key} />
      </td>
      <td data-l="Last used">
        {key.lastUsed ? (
          <span>
            <Ago at={key.lastUsed.at} />
            <small className="mono">{key.lastUsed.address}</small>
          </span>
        ) : (
          <span className="quiet">never</span>
        )}
      </td>
      <td data-l="Expires">
        {key.expiresAt ? <Day at={key.expiresAt} /> : <span className="quiet">never</span>}
      </td>
    </tr>
  );
}

function From({ of: { networks, refused } }: { of: ApiKeyView }) {
  const [first, ...more] = networks;
  return (
    <span>
      {first === undefined ? <span className="quiet">anywhere</span> : null}
      {first === undefined ? null : <span className="mono">{first}</span>}
      {more.length > 0 ? ` and ${more.length} more` : ''}
      {refused ? <small>Refused from {refused.address}</small> : null}
    </span>
  );
}

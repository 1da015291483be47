import { Ago, Day } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { CopyButton } from '@/components/ui/copy';
import { Env } from '@/components/ui/env';
import type { ApiClientView } from '@/lib/contract/views';

export function ApiClientTable({ clients }: { clients: ApiClientView[] }) {
  return (
    <table className="rows">
      <thead>
        <tr>
          <th scope="col">API client</th>
          <th scope="col">State</th>
          <th scope="col">Environment</th>
          <th scope="col">Added</th>
        </tr>
      </thead>
      <tbody>
        {clients.map((client) => (
          <tr key={client.id} className={client.disabledAt ? 'over' : ''}>
            <td>
              <span className="name mono">{client.name}</span>{' '}
              <CopyButton value={client.name} what={`name ${client.name}`} />
            </td>
            <td className="verdict-cell">
              {client.disabledAt ? (
                <Badge shape="revoked">Disabled</Badge>
              ) : (
                <Badge shape="live">Active</Badge>
              )}
            </td>
            <td data-l="Environment">
              <Env environment={client.environment} size="text" />
            </td>
            <td data-l="Added">
              <span>
                <Day at={client.createdAt} />
                {client.disabledAt ? (
                  <small>
                    disabled <Ago at={client.disabledAt} />
                  </small>
                ) : null}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

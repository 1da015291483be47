import { Ago, Day } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { Empty } from '@/components/ui/empty';
import { Env } from '@/components/ui/env';
import { shortened } from '@/components/ui/fact';
import { Link } from '@/components/ui/link';
import type { KeyCalls, KeyCertificate } from '@/lib/contract/key-use';

const STATES = {
  live: { shape: 'live', name: 'Live' },
  expired: { shape: 'expired', name: 'Expired' },
  revoked: { shape: 'revoked', name: 'Revoked' },
} as const;

/** Every certificate of the key, in whatever account. */
export function KeyCertificates({ certificates }: { certificates: KeyCertificate[] }) {
  if (certificates.length === 0) {
    return (
      <Empty title="No certificate has this key">
        It can be blocked all the same, so that none ever will.
      </Empty>
    );
  }
  return (
    <table className="rows">
      <thead>
        <tr>
          <th scope="col">Certificate</th>
          <th scope="col">State</th>
          <th scope="col">Account</th>
          <th scope="col">Environment</th>
          <th scope="col">Last seen</th>
          <th scope="col">Serial</th>
        </tr>
      </thead>
      <tbody>
        {certificates.map((one) => (
          <tr key={one.id} className={one.state === 'live' ? '' : 'over'}>
            <td>
              <span className="name">{one.label}</span>
              <small className="mono">{one.commonName}</small>
            </td>
            <td className="verdict-cell">
              <Badge shape={STATES[one.state].shape}>{STATES[one.state].name}</Badge>
              {one.revokedAt ? (
                <small>
                  <Ago at={one.revokedAt} />
                </small>
              ) : (
                <small>
                  to <Day at={one.notAfter} />
                </small>
              )}
            </td>
            <td data-l="Account">
              <Link className="link" href={`/support/accounts/${one.accountId}`}>
                {one.accountName}
              </Link>
            </td>
            <td data-l="Environment">
              <Env environment={one.environment} size="text" />
            </td>
            <td data-l="Last seen">
              {one.lastSeenAt ? <Ago at={one.lastSeenAt} /> : <span className="quiet">never</span>}
            </td>
            <td data-l="Serial">
              <span className="mono" title={one.serialHex}>
                {shortened(one.serialHex)}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Who called with it: a network that is not the customer's is what to look for. */
export function CallsWithKey({ calls }: { calls: KeyCalls }) {
  if (calls.rows.length === 0) {
    return (
      <Empty title="No call came with it in that time">Choose a longer time to see more.</Empty>
    );
  }
  return (
    <table className="rows">
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">User agent</th>
          <th scope="col">Outcome</th>
          <th scope="col">Calls</th>
          <th scope="col">Last</th>
        </tr>
      </thead>
      <tbody>
        {calls.rows.map((row) => (
          <tr key={`${row.certificateId} ${row.network} ${row.userAgent} ${row.outcome}`}>
            <td>
              <span className="name mono">{row.network}</span>
              <small>{row.environment}</small>
            </td>
            <td data-l="User agent" className="wraps">
              {row.userAgent || <span className="quiet">none</span>}
            </td>
            <td data-l="Outcome">
              {row.outcome === 'passed' ? (
                <Badge shape="live">Passed</Badge>
              ) : (
                <Badge shape="refused">{row.outcome}</Badge>
              )}
            </td>
            <td data-l="Calls" className="num">
              {row.calls}
            </td>
            <td data-l="Last">
              <Ago at={row.lastAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

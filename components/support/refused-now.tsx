import { Ago } from '@/components/time/when';
import { callsText } from '@/components/traffic/numbers';
import { Empty } from '@/components/ui/empty';
import { Link } from '@/components/ui/link';
import type { RefusedNow } from '@/lib/contract/support';
import { REFUSALS } from '@/lib/kernel/refusals';
import { casePath } from './paths';

/** The accounts whose calls were refused last: who may ask next. */
export function RefusedNowList({ accounts }: { accounts: RefusedNow[] }) {
  return (
    <section aria-labelledby="refused-now-title">
      <div className="bar-head">
        <h2 className="h2" id="refused-now-title">
          Refused now
        </h2>
        <p className="small quiet">Accounts whose calls were refused in the last 24 hours</p>
      </div>
      <div className="sheet overflow-hidden">
        {accounts.length === 0 ? (
          <Empty title="No call of an account was refused">
            An account appears here within two seconds when an edge refuses one of its calls.
          </Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th scope="col">Account</th>
                <th scope="col">Last reason</th>
                <th scope="col">Refused</th>
                <th scope="col">Last</th>
              </tr>
            </thead>
            <tbody>
              {accounts.map(({ account, code, calls, lastAt, callId }) => (
                <tr key={account.id} className="opens">
                  <td>
                    <Link className="name" href={casePath(account.id, { call: callId })}>
                      {account.name}
                    </Link>
                  </td>
                  <td data-l="Last reason">
                    <span>
                      {REFUSALS[code].title}
                      <small className="mono">{code}</small>
                    </span>
                  </td>
                  <td data-l="Refused" className="num">
                    {callsText(calls)}
                  </td>
                  <td data-l="Last">
                    <Ago at={lastAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

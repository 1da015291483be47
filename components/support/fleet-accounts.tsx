import { daysLeftOf } from '@/components/live/words';
import { Day } from '@/components/time/when';
import { grouped } from '@/components/traffic/numbers';
import { Badge } from '@/components/ui/badge';
import { Empty } from '@/components/ui/empty';
import { Env } from '@/components/ui/env';
import { Link } from '@/components/ui/link';
import type { FleetView } from '@/lib/contract/fleet';
import { ExpiryChart } from './fleet-charts';
import { casePath } from './paths';

/** Whether an account's page may be opened by who looks. */
export type Opens = 'yes' | 'no';

export function Expiring({
  expiring,
  now,
  opens,
}: {
  expiring: FleetView['expiring'];
  now: string;
  opens: Opens;
}) {
  return (
    <section aria-labelledby="expiring-title">
      <div className="bar-head">
        <h2 className="h2" id="expiring-title">
          Expiring
        </h2>
        <p className="small quiet">
          Live certificates that end within 30 days; the first week is marked
        </p>
      </div>
      <div className="sheet overflow-hidden">
        {expiring.in30Days === 0 ? (
          <Empty title="No certificate ends within 30 days" />
        ) : (
          <>
            <div className="sheet-pad figures beside">
              <p>
                <b className="figure">{grouped(expiring.in7Days)}</b> within 7 days
              </p>
              <p className="end">
                <span className="quiet">{grouped(expiring.in30Days)} within 30 days</span>
              </p>
            </div>
            <ExpiryChart days={expiring.days} />
            <table className="rows">
              <thead>
                <tr>
                  <th scope="col">Account</th>
                  <th scope="col">First ends</th>
                  <th scope="col">7 days</th>
                  <th scope="col">30 days</th>
                  <th scope="col">Renewed</th>
                </tr>
              </thead>
              <tbody>
                {expiring.accounts.map(({ account, firstAt, in7Days, in30Days, renewed }) => (
                  <tr key={account.id} className={opens === 'yes' ? 'opens' : ''}>
                    <td>
                      <AccountName account={account} opens={opens} />
                    </td>
                    <td data-l="First ends">
                      <Day at={firstAt} />
                      <small>{daysLeftOf(firstAt, new Date(now))}</small>
                    </td>
                    <td data-l="7 days" className="num">
                      {grouped(in7Days)}
                    </td>
                    <td data-l="30 days" className="num">
                      {grouped(in30Days)}
                    </td>
                    <td data-l="Renewed" className="num">
                      {renewed === in30Days ? (
                        <Badge shape="live">All</Badge>
                      ) : (
                        `${grouped(renewed)} of ${grouped(in30Days)}`
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
      </div>
    </section>
  );
}

export function Observing({ items, opens }: { items: FleetView['observing']; opens: Opens }) {
  return (
    <section aria-labelledby="observing-title">
      <div className="bar-head">
        <h2 className="h2" id="observing-title">
          In observe
        </h2>
        <p className="small quiet">By the calls of 7 days; those that could enforce first</p>
      </div>
      <div className="sheet overflow-hidden">
        {items.length === 0 ? (
          <Empty title="No account observes">
            An account appears here when it observes the calls of an environment before it enforces.
          </Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th scope="col">Account</th>
                <th scope="col">Environment</th>
                <th scope="col">Since</th>
                <th scope="col">With mTLS</th>
                <th scope="col">Would be refused</th>
                <th scope="col">If they enforced</th>
              </tr>
            </thead>
            <tbody>
              {items.map((one) => (
                <tr
                  key={`${one.account.id} ${one.environment}`}
                  className={opens === 'yes' ? 'opens' : ''}
                >
                  <td>
                    <AccountName account={one.account} opens={opens} />
                  </td>
                  <td data-l="Environment">
                    <Env environment={one.environment} size="text" />
                  </td>
                  <td data-l="Since">{one.since ? <Day at={one.since} /> : null}</td>
                  <td data-l="With mTLS" className="num">
                    {grouped(one.mtlsCalls)}
                  </td>
                  <td data-l="Would be refused" className="num">
                    {grouped(one.wouldBeRefused)}
                  </td>
                  <td data-l="If they enforced">
                    {one.ready === 'yes' ? (
                      <Badge shape="live">Nothing would stop</Badge>
                    ) : one.mtlsCalls === 0 ? (
                      <Badge shape="notice">No call to judge by</Badge>
                    ) : (
                      <Badge shape="warning">Calls would stop</Badge>
                    )}
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

function AccountName({ account, opens }: { account: { id: string; name: string }; opens: Opens }) {
  if (opens === 'no') return <span className="name">{account.name}</span>;
  return (
    <Link className="name" href={casePath(account.id)}>
      {account.name}
    </Link>
  );
}

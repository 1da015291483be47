import { casePath } from '@/components/support/paths';
import { Badge } from '@/components/ui/badge';
import { Empty } from '@/components/ui/empty';
import { Link } from '@/components/ui/link';

export type ListedAccount = {
  id: string;
  name: string;
  legalName: string;
  suspendedAt: string | null;
};

/** For staff: every account, by name; to open one is support's. */
export function AccountList({
  accounts,
  begin,
  after,
  nextAfter,
  opens,
}: {
  accounts: ListedAccount[];
  /** How the names begin that are shown. */
  begin: string;
  after: string | undefined;
  nextAfter: string | null;
  opens: 'yes' | 'no';
}) {
  const page = (cursor?: string) => {
    const query = new URLSearchParams();
    if (begin) query.set('begin', begin);
    if (cursor) query.set('after', cursor);
    return query.size === 0 ? '/accounts' : `/accounts?${query}`;
  };
  return (
    <>
      <div>
        <h1 className="title">Accounts</h1>
        <p className="lede">By name. Whoever opens one is told of in its activity.</p>
      </div>
      <form className="narrow" method="get" action="/accounts">
        <div className="field">
          <label htmlFor="begin">Name begins with</label>
          <input className="input" id="begin" name="begin" maxLength={100} defaultValue={begin} />
        </div>
        <button type="submit" className="btn">
          Show accounts
        </button>
        {begin ? (
          <Link className="btn" href="/accounts">
            Clear
          </Link>
        ) : null}
      </form>
      <div className="sheet overflow-hidden">
        {accounts.length === 0 ? (
          <None begin={begin} />
        ) : (
          <Rows accounts={accounts} opens={opens} />
        )}
        {after || nextAfter ? (
          <nav className="more" aria-label="Pages">
            {after ? (
              <Link className="link" href={page()}>
                First
              </Link>
            ) : (
              <span />
            )}
            {nextAfter ? (
              <Link className="link" href={page(nextAfter)}>
                Next
              </Link>
            ) : null}
          </nav>
        ) : null}
      </div>
    </>
  );
}

function Rows({ accounts, opens }: { accounts: ListedAccount[]; opens: 'yes' | 'no' }) {
  return (
    <table className="rows">
      <thead>
        <tr>
          <th scope="col">Account</th>
          <th scope="col">Legal name</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {accounts.map((account) => (
          <tr key={account.id} className={opens === 'yes' ? 'opens' : ''}>
            <td>
              {opens === 'yes' ? (
                <Link className="name" href={casePath(account.id)}>
                  {account.name}
                </Link>
              ) : (
                <span className="name">{account.name}</span>
              )}
              <small className="mono">{account.id}</small>
            </td>
            <td data-l="Legal name">{account.legalName}</td>
            <td data-l="State">
              {account.suspendedAt ? (
                <Badge shape="refused">Suspended</Badge>
              ) : (
                <Badge shape="live">Active</Badge>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function None({ begin }: { begin: string }) {
  if (begin) {
    return <Empty title="No name begins like this">Try fewer letters.</Empty>;
  }
  return (
    <Empty title="No account yet">
      Accounts are created on the command line: npm run operator -- account create.
    </Empty>
  );
}

import { ArrowRight } from 'lucide-react';
import type { SwitchAction } from '@/components/shell/account-switcher';
import { Badge } from '@/components/ui/badge';
import { Empty } from '@/components/ui/empty';

export type ListedAccount = {
  id: string;
  name: string;
  legalName: string;
  suspendedAt: string | null;
};

/** For staff: every account, each opened read-only. */
export function AccountList({
  accounts,
  current,
  action,
}: {
  accounts: ListedAccount[];
  current: string | null;
  action: SwitchAction;
}) {
  return (
    <>
      <div>
        <h1 className="title">Accounts</h1>
        <p className="lede">
          Open one to see what its members see. You can read and change nothing, and its activity
          says that you looked.
        </p>
      </div>
      <form action={action} className="sheet">
        {accounts.length === 0 ? (
          <Empty title="No account yet">
            Accounts are created on the command line: npm run operator -- account create.
          </Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th scope="col">Account</th>
                <th scope="col">Legal name</th>
                <th scope="col">State</th>
                <th scope="col">
                  <span className="sr-only">Open</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {accounts.map((account) => (
                <tr key={account.id}>
                  <td>
                    <span className="name">{account.name}</span>
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
                  <td className="verdict-cell text-right">
                    {account.id === current ? (
                      <span className="quiet">Open now</span>
                    ) : (
                      <button
                        className="btn btn-sm"
                        type="submit"
                        name="accountId"
                        value={account.id}
                      >
                        Open {account.name}
                        <ArrowRight className="icon" aria-hidden="true" />
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </form>
    </>
  );
}

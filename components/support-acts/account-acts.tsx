import { Badge } from '@/components/ui/badge';
import { Link } from '@/components/ui/link';
import type { SupportActView } from '@/lib/contract/support-acts';
import { STATE_WORDS, titleOf } from './words';

/** On the account's page: what is in force or waits, and the way to act. */
export function AccountActs({ accountId, acts }: { accountId: string; acts: SupportActView[] }) {
  const open = acts.filter(({ state }) => ['waiting', 'approved', 'running'].includes(state));
  return (
    <div className="account-acts">
      <h3 className="small quiet">Acts of support</h3>
      {open.length === 0 ? (
        <p className="small soft">Nothing is in force and nothing waits.</p>
      ) : (
        <ul className="grid gap-2">
          {open.map((view) => (
            <li key={view.id} className="small">
              {titleOf(view.act)}{' '}
              <Badge shape={STATE_WORDS[view.state].shape}>{STATE_WORDS[view.state].name}</Badge>
            </li>
          ))}
        </ul>
      )}
      <Link className="link small" href={`/support/accounts/${accountId}/acts`}>
        Act on this account
      </Link>
    </div>
  );
}

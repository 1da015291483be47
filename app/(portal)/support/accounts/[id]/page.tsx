import type { Metadata } from 'next';
import { AccountSide, FoundCertificate } from '@/components/support/account-side';
import { CaseCard } from '@/components/support/case-card';
import { FoundCall } from '@/components/support/found-call';
import { SearchBox } from '@/components/support/search-box';
import { Timeline } from '@/components/support/timeline';
import { AccountActs } from '@/components/support-acts/account-acts';
import { Badge } from '@/components/ui/badge';
import { Link } from '@/components/ui/link';
import { ProblemNotice } from '@/components/ui/problem-notice';
import type { HitKind } from '@/lib/contract/support';
import { requireSignedIn } from '@/lib/identity/session';
import { accountCase } from '@/lib/support/account-case';
import { understood } from '@/lib/support/query';
import { timeline } from '@/lib/support/timeline';
import { accountActs } from '@/lib/support-acts/list';
import { attempt, orNotFound } from '../../../attempt';
import { findAction } from '../../actions';
import { askedOf } from '../../asked';

export const metadata: Metadata = { title: 'Account' };

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function SupportAccountPage({ params, searchParams }: Props) {
  const { principal } = await requireSignedIn();
  const { id } = await params;
  const asked = askedOf(await searchParams);
  const read = await orNotFound(() => accountCase(principal, id, asked));
  const { acts } = await accountActs(principal, id);
  const page = await attempt(() => timeline(principal, id, asked));
  const { account, diagnosis, found, now } = read;
  return (
    <>
      <div>
        <SearchBox asked={asked.q ?? ''} action={findAction} />
        {asked.q ? (
          <p className="small soft understood">
            {understood(asked.q, foundKind(asked))} It leads to <b>{account.name}</b>.
          </p>
        ) : null}
      </div>
      <div className="head">
        <div>
          <h1 className="title">
            {account.name}{' '}
            {account.suspendedAt ? (
              <Badge shape="refused" form="pill">
                Suspended
              </Badge>
            ) : null}
          </h1>
        </div>
        <div className="acts">
          <Link className="btn" href={`/support/accounts/${account.id}/view`}>
            View as customer
          </Link>
          <Link className="btn" href={`/support/accounts/${account.id}/acts`}>
            Act on account
          </Link>
        </div>
      </div>
      <div className="cols">
        <div className="c7 grid content-start gap-8">
          <CaseCard accountId={account.id} diagnosis={diagnosis} />
          {page.ok ? (
            <Timeline accountId={account.id} page={page.value} asked={asked} now={now} />
          ) : (
            <ProblemNotice problem={page.problem} />
          )}
        </div>
        <aside className="c5 grid content-start gap-6">
          {found.call ? <FoundCall call={found.call} /> : null}
          {found.certificate ? (
            <FoundCertificate certificate={found.certificate} accountId={account.id} />
          ) : null}
          <AccountSide read={read} acts={<AccountActs accountId={account.id} acts={acts} />} />
        </aside>
      </div>
    </>
  );
}

function foundKind({ certificate, call, event }: ReturnType<typeof askedOf>): HitKind | null {
  if (certificate) return 'certificate';
  if (call) return 'refused-call';
  return event ? 'change' : null;
}

import type { Metadata } from 'next';
import { AccountList } from '@/components/accounts/account-list';
import { TrialBar } from '@/components/enforcement/trial-bar';
import { STANDING_WORDS, standingOf } from '@/components/enforcement/words';
import { EdgeStatus } from '@/components/live/edge-status';
import { Shell } from '@/components/shell/shell';
import { Notice } from '@/components/ui/notice';
import { listAccounts } from '@/lib/accounts/manage';
import type { EnforcementNews } from '@/lib/contract/enforcement-news';
import { enforcementNews } from '@/lib/enforcement/news';
import type { SignedIn } from '@/lib/identity/session';
import type { Environment } from '@/lib/kernel/environments';
import { currentTime } from '@/lib/platform/clock';
import { deployment } from '@/lib/platform/deployment';
import { edgesBehind } from '@/lib/publishing/edge-lag';
import { signOutAction, switchAccountAction } from './actions';
import { attempt } from './attempt';
import { cancelAction, confirmAction, modeAction } from './enforcement/actions';
import { opened } from './opened';

export const dynamic = 'force-dynamic';
export const metadata: Metadata = { title: 'Overview' };

export default async function PortalLayout({ children }: { children: React.ReactNode }) {
  const { signedIn, account } = await opened();
  const staff = await attempt(() => listAccounts(signedIn.principal));
  const news = account?.ok ? await attempt(() => enforcementNews(signedIn.principal)) : null;
  const production = news?.ok && news.value.items.find((one) => one.environment === 'production');
  const behind = await attempt(() => edgesBehind(signedIn.principal));
  const facts = {
    person: signedIn.person,
    role: signedIn.role,
    account: signedIn.account,
    memberships: signedIn.memberships,
    side: staff.ok ? ('staff' as const) : ('customer' as const),
    mails: deployment().mailsShown === 'yes' ? ('shown' as const) : ('hidden' as const),
    slots: account?.ok ? `${account.value.liveCount} of ${account.value.liveLimit}` : null,
    standing: production ? STANDING_WORDS[standingOf(production)] : null,
  };
  return (
    <Shell
      facts={facts}
      actions={{ signOut: signOutAction, switchAccount: switchAccountAction }}
      banner={news?.ok ? <Banner signedIn={signedIn} news={news.value} /> : null}
    >
      <EdgeStatus lags={behind.ok ? behind.value : []} now={currentTime().toISOString()} />
      {account?.ok ? children : null}
      {account && !account.ok ? (
        <>
          <h1 className="title">{account.problem.title}</h1>
          <Notice tone="refused">
            <p>{account.problem.detail}</p>
          </Notice>
        </>
      ) : null}
      {!account?.ok && staff.ok ? (
        <AccountList
          accounts={staff.value}
          current={signedIn.account?.id ?? null}
          action={switchAccountAction}
        />
      ) : null}
      {account === null && !staff.ok ? <NoAccount signedIn={signedIn} /> : null}
    </Shell>
  );
}

/** A trial, or one to come, over every page. */
function Banner({ signedIn: { can }, news }: { signedIn: SignedIn; news: EnforcementNews }) {
  const actsOf = (environment: Environment) => ({
    setMode: modeAction.bind(null, environment),
    confirm: confirmAction.bind(null, environment),
    cancel: cancelAction.bind(null, environment),
  });
  const acts = { production: actsOf('production'), sandbox: actsOf('sandbox') };
  return <TrialBar news={news} acts={can('enforcement.change') ? acts : null} />;
}

function NoAccount({ signedIn }: { signedIn: SignedIn }) {
  return (
    <div>
      <h1 className="title">You are a member of no account</h1>
      <p className="lede">
        {signedIn.person.email} is signed in, but belongs to no account. Ask an admin of your
        account to add this address.
      </p>
    </div>
  );
}

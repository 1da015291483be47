import type { Metadata } from 'next';
import { TrialBar } from '@/components/enforcement/trial-bar';
import { standingText } from '@/components/enforcement/words';
import { EdgeStatus } from '@/components/live/edge-status';
import { Shell } from '@/components/shell/shell';
import { ViewBanner } from '@/components/support/view-banner';
import { SuspensionBar } from '@/components/support-acts/suspension-bar';
import { Notice } from '@/components/ui/notice';
import type { EnforcementNews } from '@/lib/contract/enforcement-news';
import { enforcementNews } from '@/lib/enforcement/news';
import type { SignedIn } from '@/lib/identity/session';
import type { Environment } from '@/lib/kernel/environments';
import { currentTime } from '@/lib/platform/clock';
import { deployment } from '@/lib/platform/deployment';
import { edgesBehind } from '@/lib/publishing/edge-lag';
import { awaitingDecisionOf } from '@/lib/support-acts/list';
import { signOutAction, switchAccountAction } from './actions';
import { attempt } from './attempt';
import {
  cancelAction,
  confirmAction,
  endSuspensionAction,
  modeAction,
} from './enforcement/actions';
import { deskOf, opened } from './opened';
import { endViewAction } from './support/actions';

export const dynamic = 'force-dynamic';
export const metadata: Metadata = { title: 'Overview' };

export default async function PortalLayout({ children }: { children: React.ReactNode }) {
  const { signedIn, account } = await opened();
  const desk = deskOf(signedIn);
  const news = account?.ok ? await attempt(() => enforcementNews(signedIn.principal)) : null;
  const production = news?.ok && news.value.items.find((one) => one.environment === 'production');
  const behind = await attempt(() => edgesBehind(signedIn.principal));
  const awaited =
    desk === 'support' ? await attempt(() => awaitingDecisionOf(signedIn.principal)) : null;
  const now = currentTime().toISOString();
  const facts = {
    person: signedIn.person,
    role: signedIn.role,
    account: signedIn.account,
    memberships: signedIn.memberships,
    side: desk !== 'none' || signedIn.viewing ? ('staff' as const) : ('customer' as const),
    desk,
    mails: deployment().mailsShown === 'yes' ? ('shown' as const) : ('hidden' as const),
    slots: account?.ok ? `${account.value.liveCount} of ${account.value.liveLimit}` : null,
    awaited: awaited?.ok ? awaited.value : 0,
    standing: production ? standingText(production) : null,
  };
  return (
    <Shell
      facts={facts}
      actions={{ signOut: signOutAction, switchAccount: switchAccountAction }}
      banner={
        <>
          {signedIn.viewing && signedIn.account ? (
            <ViewBanner
              account={signedIn.account.name}
              view={signedIn.viewing}
              now={now}
              end={endViewAction}
            />
          ) : null}
          {news?.ok ? <Banner signedIn={signedIn} news={news.value} /> : null}
        </>
      }
    >
      <EdgeStatus lags={behind.ok ? behind.value : []} now={now} />
      {account?.ok || desk !== 'none' ? children : null}
      {account && !account.ok && desk === 'none' ? (
        <>
          <h1 className="title">{account.problem.title}</h1>
          <Notice tone="refused">
            <p>{account.problem.detail}</p>
          </Notice>
        </>
      ) : null}
      {account === null && desk === 'none' ? <NoAccount signedIn={signedIn} /> : null}
    </Shell>
  );
}

/** Enforcement suspended by support, a trial, or one to come, over every page. */
function Banner({ signedIn: { can }, news }: { signedIn: SignedIn; news: EnforcementNews }) {
  const actsOf = (environment: Environment) =>
    can('enforcement.change', environment)
      ? {
          setMode: modeAction.bind(null, environment),
          confirm: confirmAction.bind(null, environment),
          cancel: cancelAction.bind(null, environment),
        }
      : null;
  const acts = { production: actsOf('production'), sandbox: actsOf('sandbox') };
  const endOf = (environment: Environment) =>
    can('enforcement.change', environment) ? endSuspensionAction.bind(null, environment) : null;
  return (
    <>
      <SuspensionBar
        news={news}
        acts={{ production: endOf('production'), sandbox: endOf('sandbox') }}
      />
      <TrialBar news={news} acts={acts} />
    </>
  );
}

function NoAccount({ signedIn }: { signedIn: SignedIn }) {
  return (
    <div>
      <h1 className="title">You are a member of no account</h1>
      <p className="lede">
        {signedIn.person.email} is signed in, but belongs to no account. Ask an Owner or Admin of
        your account to invite this address.
      </p>
    </div>
  );
}

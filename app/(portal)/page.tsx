import type { Metadata } from 'next';
import { CallsCard } from '@/components/overview/calls-card';
import { Environments } from '@/components/overview/environments';
import { NextSteps } from '@/components/overview/next-steps';
import { Rack } from '@/components/overview/rack';
import { REFUSED_SHOWN, RefusedLately } from '@/components/overview/refused-lately';
import { Strip } from '@/components/overview/strip';
import { liveCertificates, type Tone, verdictOf } from '@/components/overview/verdict';
import { Link } from '@/components/ui/link';
import { accountOverview } from '@/lib/accounts/overview';
import { callsLately } from '@/lib/activity/calls-lately';
import { listRefusedCalls } from '@/lib/activity/refused-calls';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { inAccount } from './opened';

export const metadata: Metadata = { title: 'Overview' };

const TONES: Record<Tone, string> = {
  ink: '',
  quiet: 'quiet',
  expiring: 'is-expiring',
  refused: 'is-refused',
};

export default async function OverviewPage() {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, can } = signedIn;
  const [overview, refused, ...lately] = await Promise.all([
    accountOverview(principal),
    listRefusedCalls(principal, REFUSED_SHOWN),
    ...ENVIRONMENTS.map((environment) => callsLately(principal, environment)),
  ]);
  const calls = lately.find((one) => one.mtls + one.standard + one.refused > 0);
  const verdict = verdictOf(overview);
  const now = new Date(overview.now);
  const live = liveCertificates(overview);
  const may = { issue: can('certificates.issue') };
  return (
    <>
      <div>
        <h1 className="verdict">
          {verdict.sentences.map(({ text, tone }) => (
            <span key={text} className={TONES[tone]}>
              {text}{' '}
            </span>
          ))}
        </h1>
        <div className="head tight">
          <p className="lede">{verdict.consequence}</p>
          {verdict.act && may.issue ? (
            <div className="acts">
              <Link className="btn btn-primary" href={verdict.act.href}>
                {verdict.act.text}
              </Link>
            </div>
          ) : null}
        </div>
      </div>
      <Rack slots={overview.slots} now={now} mayIssue={may.issue} />
      {live.length > 0 ? <Strip certificates={live} now={now} /> : null}
      <div className="cols">
        <div className="c7 grid content-start gap-8">
          <NextSteps overview={overview} may={may} />
          <Environments overview={overview} />
        </div>
        <div className="c5 grid content-start gap-8">
          {calls ? <CallsCard calls={calls} /> : null}
          <RefusedLately calls={refused} />
        </div>
      </div>
    </>
  );
}

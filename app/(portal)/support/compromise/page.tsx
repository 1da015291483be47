import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { z } from 'zod';
import { ActList } from '@/components/support-acts/act-list';
import { FindKeyForm } from '@/components/support-acts/find-key-form';
import { KeyCallsSection } from '@/components/support-acts/key-calls-section';
import { KeyCertificates } from '@/components/support-acts/key-use';
import { RunForm } from '@/components/support-acts/run-form';
import { Link } from '@/components/ui/link';
import { Notice } from '@/components/ui/notice';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { counted } from '@/components/words';
import { authorizeDeployment, type Principal } from '@/lib/access/scope';
import type { SupportActView } from '@/lib/contract/support-acts';
import { requireSignedIn } from '@/lib/identity/session';
import { DAY_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { findKeys, keyUse } from '@/lib/support-acts/key-use';
import { keyRuns } from '@/lib/support-acts/list';
import { attempt } from '../../attempt';
import { endAction, withdrawAction } from '../act-actions';
import { findKeyAction, runAction } from './actions';

export const metadata: Metadata = { title: 'Compromised key' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const query = z.object({
  key: z
    .string()
    .regex(/^[0-9A-F]{64}$/)
    .optional()
    .catch(undefined),
  fingerprint: z.string().max(200).optional().catch(undefined),
  days: z.coerce
    .number()
    .pipe(z.union([z.literal(1), z.literal(7), z.literal(30), z.literal(90)]))
    .catch(7),
});

/** From one key or certificate: everywhere it is used, who called with it, and the way to end it. */
export default async function CompromisePage({ searchParams }: Props) {
  const { principal } = await requireSignedIn();
  const looks = await attempt(async () => authorizeDeployment(principal, 'support.look'));
  if (!looks.ok) notFound();
  const { key, fingerprint, days } = query.parse(await searchParams);
  const found = fingerprint && !key ? await attempt(() => findKeys(principal, fingerprint)) : null;
  const [first] = found?.ok ? found.value : [];
  if (first) redirect(`/support/compromise?key=${first}`);
  return (
    <>
      <div>
        <h1 className="title">Compromised key</h1>
        <p className="lede">
          Somebody else may have a customer&apos;s private key. Find every certificate with it, see
          who called, and end it everywhere at once.
        </p>
      </div>
      {found && !found.ok ? <ProblemNotice problem={found.problem} /> : null}
      {key ? (
        <OneKey principal={principal} spkiSha256={key} days={days} />
      ) : (
        <FindKeyForm action={findKeyAction} />
      )}
    </>
  );
}

async function OneKey({
  principal,
  spkiSha256,
  days,
}: {
  principal: Principal;
  spkiSha256: string;
  days: number;
}) {
  const since = new Date(currentTime().getTime() - days * DAY_MS);
  const use = await keyUse(principal, spkiSha256, since);
  const runs = await keyRuns(principal, spkiSha256);
  const isAsked = runs.some(({ state }) => state === 'waiting' || state === 'approved');
  const live = use.certificates.filter(({ state }) => state === 'live');
  const accounts = [...new Set(live.map(({ accountName }) => accountName))];
  return (
    <>
      <section className="sheet" aria-labelledby="places-title">
        <div className="sheet-head">
          <h2 className="h2" id="places-title">
            {counted(use.certificates.length, 'certificate')} with this key, {live.length} live
          </h2>
          <span className="small quiet end mono" title={spkiSha256}>
            {spkiSha256.slice(0, 8)}…{spkiSha256.slice(-8)}
          </span>
        </div>
        <KeyCertificates certificates={use.certificates} />
      </section>
      <KeyCallsSection
        calls={use.calls}
        days={days}
        path={`/support/compromise?key=${spkiSha256}`}
      />
      <Runs runs={runs} />
      {isAsked ? null : use.blocked && live.length === 0 ? (
        <Notice title="This key is blocked already">
          <p>
            Since {use.blocked.at.slice(0, 10)}: {use.blocked.why}. No live certificate has it.
          </p>
        </Notice>
      ) : (
        <RunForm
          live={live.length}
          accounts={accounts}
          action={runAction.bind(null, spkiSha256, since.toISOString())}
        />
      )}
      <p>
        <Link className="link" href="/support/compromise">
          Look for another key
        </Link>
      </p>
    </>
  );
}

function Runs({ runs }: { runs: SupportActView[] }) {
  if (runs.length === 0) return null;
  return (
    <section className="sheet" aria-labelledby="runs-title">
      <div className="sheet-head">
        <h2 className="h2" id="runs-title">
          Runs of this key
        </h2>
      </div>
      <ActList
        acts={runs}
        account="known"
        actions={(id) => ({
          withdraw: withdrawAction.bind(null, id),
          end: endAction.bind(null, id),
        })}
      />
    </section>
  );
}

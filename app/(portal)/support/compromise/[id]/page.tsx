import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { ApprovalCard } from '@/components/support-acts/approval-card';
import { CallsWithKey, KeyCertificates } from '@/components/support-acts/key-use';
import { RunOutcome } from '@/components/support-acts/run-outcome';
import { STATE_WORDS, titleOf } from '@/components/support-acts/words';
import { Badge } from '@/components/ui/badge';
import { requireSignedIn } from '@/lib/identity/session';
import { keyUse } from '@/lib/support-acts/key-use';
import { readAct } from '@/lib/support-acts/list';
import { attempt } from '../../../attempt';
import { decideAction, withdrawAction } from '../../act-actions';

export const metadata: Metadata = { title: 'Compromise run' };

type Props = { params: Promise<{ id: string }> };

/** One run: what was decided, what it did, what edges say, who called, and the file that proves it. */
export default async function RunPage({ params }: Props) {
  const { principal } = await requireSignedIn();
  const { id } = await params;
  const read = await attempt(() => readAct(principal, id));
  if (!read.ok || read.value.act.kind !== 'compromise') notFound();
  const view = read.value;
  const { act } = read.value;
  if (act.kind !== 'compromise') notFound();
  const use = await keyUse(principal, act.spkiSha256, new Date(act.since));
  const live = use.certificates.filter((one) => one.state === 'live');
  const { shape, name } = STATE_WORDS[view.state];
  return (
    <>
      <div>
        <h1 className="title">
          {titleOf(act)}{' '}
          <Badge shape={shape} form="pill">
            {name}
          </Badge>
        </h1>
      </div>
      {view.state === 'waiting' ? (
        <ApprovalCard
          view={view}
          standing={null}
          keyStanding={{
            live: live.length,
            accounts: [...new Set(live.map((one) => one.accountName))],
          }}
          actions={{
            decide: decideAction.bind(null, view.id),
            withdraw: withdrawAction.bind(null, view.id),
          }}
        />
      ) : (
        <RunOutcome view={view} />
      )}
      <section className="sheet" aria-labelledby="places-title">
        <div className="sheet-head">
          <h2 className="h2" id="places-title">
            Certificates with this key
          </h2>
        </div>
        <KeyCertificates certificates={use.certificates} />
      </section>
      <section className="sheet" aria-labelledby="calls-title">
        <div className="sheet-head">
          <h2 className="h2" id="calls-title">
            Calls with it since {act.since.slice(0, 16).replace('T', ' ')} UTC
          </h2>
          <span className="small quiet end">
            {use.calls.passed} passed, {use.calls.refused} refused
          </span>
        </div>
        <CallsWithKey calls={use.calls} />
      </section>
    </>
  );
}

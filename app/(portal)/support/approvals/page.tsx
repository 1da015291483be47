import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { ActList } from '@/components/support-acts/act-list';
import { ApprovalCard } from '@/components/support-acts/approval-card';
import { Empty } from '@/components/ui/empty';
import { requireSignedIn } from '@/lib/identity/session';
import { approvalQueue } from '@/lib/support-acts/list';
import { attempt } from '../../attempt';
import { decideAction, endAction, withdrawAction } from '../act-actions';

export const metadata: Metadata = { title: 'Approvals' };

/** What waits for a second person, the oldest first, and what was decided lately. */
export default async function ApprovalsPage() {
  const { principal } = await requireSignedIn();
  const read = await attempt(() => approvalQueue(principal));
  if (!read.ok) notFound();
  const { waiting, decided } = read.value;
  return (
    <>
      <div>
        <h1 className="title">Approvals</h1>
        <p className="lede">
          {waiting.length === 0
            ? 'Nothing waits for a second person.'
            : 'Each of these hurts somebody if it is wrong. Nobody approves what they asked for.'}
        </p>
      </div>
      {waiting.length === 0 ? null : (
        <div className="grid gap-6">
          {waiting.map(({ view, standing, key }) => (
            <ApprovalCard
              key={view.id}
              view={view}
              standing={standing}
              keyStanding={key}
              actions={{
                decide: decideAction.bind(null, view.id),
                withdraw: withdrawAction.bind(null, view.id),
              }}
            />
          ))}
        </div>
      )}
      <section className="sheet" aria-labelledby="decided-title">
        <div className="sheet-head">
          <h2 className="h2" id="decided-title">
            Decided
          </h2>
        </div>
        {decided.length === 0 ? (
          <Empty title="Nothing decided yet">
            What is approved, declined or withdrawn is kept here.
          </Empty>
        ) : (
          <ActList
            acts={decided}
            account="named"
            actions={(id) => ({
              withdraw: withdrawAction.bind(null, id),
              end: endAction.bind(null, id),
            })}
          />
        )}
      </section>
    </>
  );
}

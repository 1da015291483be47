import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { ExportCard } from '@/components/activity/export-card';
import { Expiring, Observing } from '@/components/support/fleet-accounts';
import { RefusalRates } from '@/components/support/fleet-charts';
import { Edges, Health, Issuers } from '@/components/support/fleet-machines';
import { fleetVerdict, type Verdict } from '@/components/support/fleet-verdict';
import { Empty } from '@/components/ui/empty';
import { mayAcross } from '@/lib/access/scope';
import { auditKey } from '@/lib/audit/key';
import { requireSignedIn } from '@/lib/identity/session';
import { fleet } from '@/lib/support/fleet';
import { attempt } from '../../attempt';
import { deskOf } from '../../opened';

export const metadata: Metadata = { title: 'Fleet' };

const TONES: Record<Verdict['tone'], string> = { ink: '', quiet: 'quiet', refused: 'is-refused' };

export default async function FleetPage() {
  const signedIn = await requireSignedIn();
  const read = await attempt(() => fleet(signedIn.principal));
  if (!read.ok && read.problem.code === 'forbidden') notFound();
  if (!read.ok) throw new Error(read.problem.detail);
  const view = read.value;
  const opens = deskOf(signedIn) === 'support' ? 'yes' : 'no';
  return (
    <>
      <h1 className="verdict">
        {fleetVerdict(view).map(({ text, tone }) => (
          <span key={text} className={TONES[tone]}>
            {text}{' '}
          </span>
        ))}
      </h1>
      <section aria-labelledby="rates-title">
        <div className="bar-head">
          <h2 className="h2" id="rates-title">
            Refused
          </h2>
          <p className="small quiet">By reason, in the last 24 hours, over all accounts</p>
        </div>
        <div className="sheet overflow-hidden">
          {view.refusals.reasons.length === 0 ? (
            <Empty title="No call was refused in 24 hours" />
          ) : (
            <RefusalRates refusals={view.refusals} />
          )}
        </div>
      </section>
      <Edges edges={view.edges} newest={view.newestNumber} />
      <div className="cols">
        <div className="c6">
          <Issuers issuers={view.issuers} now={view.now} />
        </div>
        <div className="c6">
          <Health health={view.health} />
        </div>
      </div>
      <Expiring expiring={view.expiring} now={view.now} opens={opens} />
      <Observing items={view.observing} opens={opens} />
      {mayAcross(signedIn.principal, 'deployment.audit') ? (
        <ExportCard
          title="Export what operators changed"
          paths={{ jsonl: '/support/fleet/audit', csv: '/support/fleet/audit?format=csv' }}
          auditKey={auditKey()}
        />
      ) : null}
    </>
  );
}

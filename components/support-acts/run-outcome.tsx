import { Download } from 'lucide-react';
import { Moment } from '@/components/time/when';
import { Fact } from '@/components/ui/fact';
import { counted } from '@/components/words';
import type { SupportActView } from '@/lib/contract/support-acts';

/** What the run did and what edges said of it. */
export function RunOutcome({ view }: { view: SupportActView }) {
  const { outcome, doneAt, decidedBy, decisionNote, askedBy, reason } = view;
  const { revoked, receipt, why } = outcome;
  return (
    <section className="sheet sheet-pad approval" aria-labelledby="outcome-title">
      <h2 className="h2" id="outcome-title">
        {doneAt
          ? `${counted(revoked?.length ?? 0, 'certificate')} revoked, the key is blocked`
          : 'Nothing was done'}
      </h2>
      <blockquote className="act-reason">{reason}</blockquote>
      <dl className="facts tight">
        <Fact name="Asked by">{askedBy}</Fact>
        {decidedBy ? (
          <Fact name="Decided by">
            {decidedBy}
            {decisionNote ? `: ${decisionNote}` : ''}
          </Fact>
        ) : null}
        {doneAt ? (
          <Fact name="Done">
            <Moment at={doneAt} />
          </Fact>
        ) : null}
        {why ? <Fact name="Why not">{why}</Fact> : null}
        {doneAt ? <Fact name="Edges">{receiptText(receipt)}</Fact> : null}
      </dl>
      {doneAt ? (
        <div className="acts">
          <a className="btn" href={`/support/compromise/${view.id}/evidence`} download>
            <Download className="icon" aria-hidden="true" />
            Export evidence
          </a>
        </div>
      ) : null}
    </section>
  );
}

function receiptText(receipt: SupportActView['outcome']['receipt']): string {
  if (!receipt) return 'Their receipt is being taken. Load the page again.';
  const { edges, applied, elapsedMs, lagging } = receipt;
  if (edges === 0) return 'No edge has come yet.';
  if (lagging.length > 0) {
    return `${applied} of ${edges} refuse it; ${lagging.join(', ')} had not said so after ${(elapsedMs / 1000).toFixed(1)} s. See Edges.`;
  }
  return `${applied} of ${edges} refuse it and closed its connections, after ${elapsedMs} ms`;
}

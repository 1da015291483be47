'use client';

import { useId } from 'react';
import { ShapeOf } from '@/components/ui/shapes';
import { counted } from '@/components/words';
import type { CsrCheckView } from '@/lib/contract/views';

export type IssueVerb = { act: string; doing: string };

const ISSUE: IssueVerb = { act: 'Issue certificate', doing: 'Issuing certificate' };

/** The one primary button, and right below it why it is closed. */
export function IssueAct({
  slots,
  check,
  step,
  verb = ISSUE,
}: {
  slots: { held: number; limit: number };
  check: CsrCheckView | null;
  step: 'ready' | 'pending' | 'empty';
  verb?: IssueVerb;
}) {
  const why = useId();
  const blocking = check?.findings.filter((one) => one.severity === 'error').length ?? 0;
  const full = slots.held >= slots.limit;
  const reason = full
    ? `All ${slots.limit} slots are used. Revoke a certificate first.`
    : (blockedText(blocking) ?? (step === 'empty' ? 'Paste a signing request first.' : null));
  const closed = step === 'pending' || blocking > 0 || full;
  return (
    <div className="sheet-row">
      <button
        type="submit"
        name="intent"
        value="issue"
        className={`btn btn-wide ${closed ? '' : 'btn-primary'}`}
        disabled={closed}
        aria-describedby={reason ? why : undefined}
      >
        {step === 'pending' ? verb.doing : verb.act}
      </button>
      <button
        type="submit"
        name="intent"
        value="check"
        className="btn btn-wide without-scripts mt-2"
      >
        Check signing request
      </button>
      {reason ? (
        <p id={why} className="small soft mt-2.5 flex gap-2">
          <span className="mt-[5px]">
            <ShapeOf shape="refused" />
          </span>
          <span>{reason}</span>
        </p>
      ) : null}
    </div>
  );
}

function blockedText(blocking: number): string | null {
  if (blocking === 0) return null;
  const verb = blocking === 1 ? 'blocks' : 'block';
  return `${counted(blocking, 'finding')} ${verb} issuing. Mend the request and paste the new one.`;
}

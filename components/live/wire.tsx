import { Check, X } from 'lucide-react';
import type { DecisionView } from '@/lib/contract/live';

/** Your program, the edge, and what is between them. */
export function Wire({ decision, edges }: { decision: DecisionView | null; edges: string[] }) {
  if (decision === null) {
    return (
      <div className="handshake waiting">
        <p className="peer">
          your program<b>not seen yet</b>
        </p>
        <span className="wire" />
        <p className="peer">
          edge<b>{edges.length === 1 ? edges[0] : 'any'}</b>
        </p>
      </div>
    );
  }
  const { refusal, apiClientName, edge } = decision;
  const Icon = refusal ? X : Check;
  return (
    <div className={`handshake ${refusal ? 'refused' : 'passed'}`}>
      <p className="peer">
        your program<b>{apiClientName ?? 'no API client'}</b>
      </p>
      <span className="wire">
        <Icon className="icon" aria-hidden="true" />
      </span>
      <p className="peer">
        {edge}
        <b>{refusal ? `refused, ${refusal.status}` : 'passed'}</b>
      </p>
    </div>
  );
}

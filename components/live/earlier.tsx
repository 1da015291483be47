import { ChevronRight } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import type { DecisionView } from '@/lib/contract/live';
import type { Environment } from '@/lib/kernel/environments';
import type { Shown } from './merge';
import { Refusal } from './refusal-words';
import { SeenFacts } from './seen-facts';
import { type Reading, Since } from './when';
import { callsOf } from './words';

/** What came before, each row opening to all that was seen. */
export function Earlier({
  decisions,
  reading,
  page,
}: {
  decisions: Shown[];
  reading: Reading;
  page: Environment;
}) {
  if (decisions.length === 0) return null;
  return (
    <ol className="earlier" aria-label="Calls before that">
      {decisions.map((decision) => (
        <li key={decision.sequence}>
          <details>
            <summary>
              <Badge shape={decision.refusal ? 'refused' : 'live'}>
                {decision.refusal ? 'Refused' : 'Passed'}
              </Badge>
              <span className="what">
                {decision.refusal ? <code>{decision.refusal.code}</code> : whose(decision)}
                {decision.total > 1 ? <small>{callsOf(decision.total)}</small> : null}
              </span>
              <Since at={decision.at} reading={reading} />
              <ChevronRight className="icon turn" aria-hidden="true" />
            </summary>
            <div className="opened">
              <Refusal decision={decision} />
              <SeenFacts decision={decision} reading={reading} page={page} />
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}

function whose({ certificate, apiClientName, listener }: DecisionView): string {
  if (listener === 'standard') return `${apiClientName ?? 'A call'}, without a certificate`;
  return certificate?.label ?? apiClientName ?? 'A call';
}

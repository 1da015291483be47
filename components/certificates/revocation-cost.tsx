import { Notice } from '@/components/ui/notice';
import { counted, ENVIRONMENT_WORDS, listed } from '@/components/words';
import type { RevocationCost } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { count } from './rotation-words';

/** Whether traffic would be hurt, so that a word has to be typed. */
export function hurts({ outage, shortage, use }: RevocationCost): boolean {
  return outage !== null || shortage !== null || use !== null;
}

/** What revoking would stop, the worst first; nothing where it stops nothing. */
export function CostOfRevoking({
  cost: { outage, shortage, use },
  environment,
}: {
  cost: RevocationCost;
  environment: Environment;
}) {
  return (
    <>
      {outage ? (
        <Notice tone="refused" title={`This stops ${environment}`}>
          <p>{outage}</p>
        </Notice>
      ) : null}
      {use ? (
        <Notice tone={outage ? 'expiring' : 'refused'} title="It is in use">
          <p>{callsSentence(use)}</p>
        </Notice>
      ) : null}
      {shortage ? (
        <Notice tone="expiring" title={`${ENVIRONMENT_WORDS[environment]} has little left`}>
          <p>{shortage}</p>
        </Notice>
      ) : null}
    </>
  );
}

// More are not read; that there are more is said.
const NAMED = 5;

/** "412 calls in the last 24 hours, by nightly-export and erp, would be refused." */
export function callsSentence({ calls, by }: NonNullable<RevocationCost['use']>): string {
  if (calls === 0) return 'Calls came with it in the last 24 hours. Such calls would be refused.';
  const rest = by.length - NAMED;
  const names = [
    ...by.slice(0, NAMED),
    ...(rest > 0 ? [counted(rest, 'more API client', 'more API clients')] : []),
  ];
  const whose = names.length > 0 ? `, by ${listed(names)},` : '';
  return `${count(calls)} ${calls === 1 ? 'call' : 'calls'} in the last 24 hours${whose} would be refused.`;
}

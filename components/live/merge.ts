import type { DecisionView } from '@/lib/contract/live';

/** A decision, and how many calls like it were seen with it. */
export type Shown = DecisionView & { total: number };

/** Distinct callers and outcomes that a panel shows. */
export const SHOWN = 6;

/**
 * The newest first, each caller and outcome once with the number of its calls, so that a busy program does not push
 * the refusal of another one out of sight.
 */
export function merged(shown: readonly Shown[], next: DecisionView): Shown[] {
  if (shown.some(({ sequence }) => sequence === next.sequence)) return [...shown];
  const key = keyOf(next);
  const same = shown.find((one) => keyOf(one) === key);
  const others = shown.filter((one) => one !== same);
  return [{ ...next, total: next.calls + (same?.total ?? 0) }, ...others].slice(0, SHOWN);
}

/** @param latest newest first, as they were decided */
export function mergedAll(latest: readonly DecisionView[]): Shown[] {
  return latest.toReversed().reduce<Shown[]>(merged, []);
}

function keyOf({ refusal, certificate, ...one }: DecisionView): string {
  const who = certificate?.id ?? one.fingerprint ?? 'none';
  const where = `${one.environment} ${one.listener} ${one.edge}`;
  return `${refusal?.code ?? 'passed'} ${where} ${who} ${one.apiClientName}`;
}

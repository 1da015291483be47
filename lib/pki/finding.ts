import type { Finding, Severity } from '@/lib/kernel/findings';
import { CSR_RULES, type CsrRule } from './csr-rules';

type Given = Pick<Finding, 'title' | 'field' | 'message' | 'fix'> &
  Partial<Pick<Finding, 'value' | 'mark'>>;

/** A finding by a rule of the table, which knows severity and source; no value, mark or command where none is given. */
export function finding(rule: CsrRule, given: Given): Finding {
  const { severity, source } = CSR_RULES[rule];
  return { rule, severity, source, value: null, mark: null, command: null, ...given };
}

const ORDER: Record<Severity, number> = { error: 0, warning: 1, notice: 2 };
// 64 KiB hold thousands of faulty names: ten show the pattern, and the last one counts the rest.
const MAX_PER_RULE = 10;
// Longer than any value that passes: only what is refused or dropped is cut.
const MAX_SHOWN = 256;

/** Blocking ones first, otherwise as found; at most ten of one rule, with values that fit on a screen. */
export function arranged(findings: readonly Finding[]): Finding[] {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const kept = new Map<string, number>();
  const shown = findings.flatMap((one) => {
    const place = (kept.get(one.rule) ?? 0) + 1;
    kept.set(one.rule, place);
    if (place > MAX_PER_RULE) return [];
    const more = place === MAX_PER_RULE ? (counts.get(one.rule) ?? 0) - MAX_PER_RULE : 0;
    return [
      shortened(
        more > 0 ? { ...one, message: `${one.message} And ${more} more of this kind.` } : one,
      ),
    ];
  });
  return shown.sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

function shortened(one: Finding): Finding {
  const { value, mark } = one;
  if (value === null || value.length <= MAX_SHOWN) return one;
  const end = MAX_SHOWN - 1;
  const visible =
    mark !== null && mark.start < end ? { ...mark, end: Math.min(mark.end, end) } : null;
  // A surrogate pair cut in half is no text (toWellFormed is not in every browser we serve).
  return {
    ...one,
    value: `${value.slice(0, end).replace(/[\ud800-\udbff]$/, '')}…`,
    mark: visible,
  };
}

import type { Finding, Severity } from '@/lib/kernel/findings';
import { CSR_RULES, type CsrRule } from './csr-rules';
import { LEAF_PROFILE } from './profile';

type Given = Pick<Finding, 'title' | 'field' | 'message' | 'fix'> &
  Partial<Pick<Finding, 'value' | 'mark'>>;

/** A finding by a rule of the table, which knows severity and source; no value, mark or command where none is given. */
export function finding(rule: CsrRule, given: Given): Finding {
  const { severity, source } = CSR_RULES[rule];
  return { rule, severity, source, value: null, mark: null, command: null, ...given };
}

const ORDER: Record<Severity, number> = { error: 0, warning: 1, notice: 2 };
// A request of the largest number of names may be wrong in each of them, and all are told. 64 KiB hold thousands: what
// is beyond any honest request is counted in the last finding shown.
const MAX_PER_RULE = LEAF_PROFILE.maxDnsNames;
const MAX_FINDINGS = 2 * MAX_PER_RULE;
// Longer than any value that passes: only what is refused or dropped is cut.
const MAX_SHOWN = 256;

/** Blocking ones first, otherwise as found; bounded in number, with values that fit on a screen. */
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
  shown.sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
  const last = shown[MAX_FINDINGS - 1];
  const beyond = shown.length - MAX_FINDINGS;
  if (last === undefined || beyond <= 0) return shown;
  const message = `${last.message} And ${beyond} more findings.`;
  return [...shown.slice(0, MAX_FINDINGS - 1), { ...last, message }];
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

import type { Finding, Severity } from '@/lib/kernel/findings';

type Given = Pick<Finding, 'title' | 'field' | 'message' | 'fix' | 'source'> &
  Partial<Pick<Finding, 'value' | 'mark'>> & { severity?: Severity };

/** A finding with what is usual left out: severity `error`, no value, no mark, no command yet. */
export function finding(rule: string, given: Given): Finding {
  return { rule, severity: 'error', value: null, mark: null, command: null, ...given };
}

const ORDER: Record<Severity, number> = { error: 0, warning: 1, notice: 2 };

/** Blocking ones first, otherwise as found. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

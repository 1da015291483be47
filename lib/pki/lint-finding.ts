import type { Finding } from '@/lib/kernel/findings';

/** A rule that a draft of ours breaks, as a finding: nobody outside can do anything about it. */
export function brokenRule(rule: { id: string; clause: string; says: string }): Finding {
  return {
    rule: rule.id,
    severity: 'error',
    field: 'draft',
    title: 'A draft that may not be signed',
    message: rule.says,
    fix: 'This is a fault of ours. Tell support.',
    source: rule.clause,
    value: null,
    mark: null,
    command: null,
  };
}

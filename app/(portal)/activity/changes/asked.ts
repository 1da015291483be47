/** What the page of changes, or its export, was asked for. */
import { z } from 'zod';
import type { ChangeFilter } from '@/components/activity/change-filter';
import { type AuditFilter, MAX_AUDIT_FILTER_CHARACTERS } from '@/lib/contract/audit';
import { DAY_MS } from '@/lib/kernel/time';

// A form sends what was left open as an empty text; what is not understood is as if it were not there.
const open = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const named = open(z.string().trim().min(1).max(MAX_AUDIT_FILTER_CHARACTERS));
const day = open(z.iso.date());

const query = z.object({
  actor: named,
  action: named,
  object: named,
  requestId: named,
  from: day,
  to: day,
  cursor: open(z.string().regex(/^\d{1,18}$/)),
});

export function askedChanges(params: Record<string, unknown>): ChangeFilter {
  return query.parse(params);
}

/** Days as instants: the last day is in it whole. */
export function auditFilterOf({ cursor: _cursor, from, to, ...filter }: ChangeFilter): AuditFilter {
  return {
    ...filter,
    ...(from === undefined ? {} : { from: `${from}T00:00:00.000Z` }),
    ...(to === undefined ? {} : { to: new Date(Date.parse(to) + DAY_MS).toISOString() }),
  };
}

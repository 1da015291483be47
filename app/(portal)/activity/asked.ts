/** What the page of activity, or its export, was asked for. */
import { z } from 'zod';
import type { CallFilter } from '@/components/activity/filter';
import { refusalCodeSchema } from '@/lib/contract/activity';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { idPattern } from '@/lib/kernel/ids';

// A form sends what was left open as an empty text; what is not understood is as if it were not there.
const open = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const query = z.object({
  stream: z.enum(['calls', 'changes']).catch('calls'),
  environment: open(z.enum(ENVIRONMENTS)),
  outcome: open(z.enum(['refused', 'passed'])),
  code: open(refusalCodeSchema),
  certificate: open(z.string().regex(idPattern('certificate'))),
  apiClient: open(z.string().regex(idPattern('apiClient'))),
  cursor: open(z.string().min(1).max(200)),
});

export type Asked = CallFilter & { stream: 'calls' | 'changes' };

export function askedOf(params: Record<string, unknown>): Asked {
  const { stream, ...filter } = query.parse(params);
  // A reason is one of refusal.
  return { stream, ...filter, ...(filter.code ? { outcome: 'refused' as const } : {}) };
}

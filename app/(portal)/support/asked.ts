/** What a page of the support desk was asked for. */
import { z } from 'zod';
import { TIMELINE_KINDS } from '@/lib/contract/support';
import { idPattern } from '@/lib/kernel/ids';

// What is not understood is as if it were not there.
const open = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const query = z.object({
  q: open(z.string().min(1).max(2_000)),
  certificate: open(z.string().regex(idPattern('certificate'))),
  call: open(z.string().regex(idPattern('event'))),
  event: open(z.string().regex(idPattern('event'))),
  kind: z.enum(TIMELINE_KINDS).catch('all'),
  cursor: open(z.string().min(1).max(200)),
});

export function askedOf(params: Record<string, unknown>) {
  return query.parse(params);
}

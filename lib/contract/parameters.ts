/** What several operations take. */
import { z } from 'zod';
import { idPattern } from '@/lib/kernel/ids';
import { environmentSchema } from './views';

export const certificateParams = z.strictObject({ id: z.string().regex(idPattern('certificate')) });
export const environmentParams = z.strictObject({ environment: environmentSchema });

const limit = z
  .string()
  .regex(/^\d{1,3}$/, 'a whole number from 1 to 100')
  .transform(Number)
  .pipe(z.number().min(1).max(100))
  .meta({ type: 'integer', minimum: 1, maximum: 100 });

export const limitSchema = limit.default(20);
export const cursorSchema = z
  .string()
  .max(400)
  .optional()
  .describe('`nextCursor` of the page before; without it, the first page.');

/** For lists that were whole before they had pages. */
export const wholePageQuery = z.strictObject({ limit: limit.default(100), cursor: cursorSchema });

export const waitQuery = z.strictObject({
  wait: z
    .literal('edges')
    .optional()
    .describe('Answer once every edge has applied it, or after 5 seconds, with a receipt.'),
});

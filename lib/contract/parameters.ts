/** What several operations take. */
import { z } from 'zod';
import { idPattern } from '@/lib/kernel/ids';
import { environmentSchema } from './views';

export const certificateParams = z.strictObject({ id: z.string().regex(idPattern('certificate')) });
export const environmentParams = z.strictObject({ environment: environmentSchema });

export const limitSchema = z
  .string()
  .regex(/^\d{1,3}$/, 'a whole number from 1 to 100')
  .transform(Number)
  .pipe(z.number().min(1).max(100))
  .meta({ type: 'integer', minimum: 1, maximum: 100 })
  .default(20);

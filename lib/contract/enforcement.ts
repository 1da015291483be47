/** How enforcement is asked for, over REST and by the page. */
import { z } from 'zod';
import { modeSchema } from './views';

/** How long enforcement may be on trial before it goes back by itself. */
export const TRIAL_MINUTES = { usual: 15, most: 1_440 } as const;
export const MAX_SCHEDULE_DAYS = 90;
export const enforcementBody = z.strictObject({
  mode: modeSchema,
  trialMinutes: z
    .int()
    .min(0)
    .max(TRIAL_MINUTES.most)
    .optional()
    .describe(
      `How long enforcement is on trial, ${TRIAL_MINUTES.usual} unless said; 0 is none and needs an override.`,
    ),
  at: z.iso
    .datetime({ offset: true, error: 'Write an instant such as 2026-12-01T09:00:00Z.' })
    .transform((text) => new Date(text))
    .optional()
    .describe('When the trial is to start; at once where this is left out.'),
  override: z
    .strictObject({
      reason: z
        .string()
        .trim()
        .min(1)
        .max(500)
        .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u, 'A reason has no control or invisible characters.'),
    })
    .optional()
    .describe('Stands for the evidence that is missing; kept in the activity.'),
});

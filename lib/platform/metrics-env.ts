/** The part of the settings that says who may read metrics. */
import { z } from 'zod';

export type MetricsAccess = {
  /** `/metrics` beside the pages, for whoever has it; null: not there. */
  readonly token: string | null;
  /** `/metrics` and `/readyz` on 127.0.0.1, for whoever is on this machine; null: not there. */
  readonly port: number | null;
};

// As many characters as nobody guesses in a lifetime of scrapes.
const MIN_TOKEN_CHARACTERS = 16;
const PORT = 'write a port number from 1 to 65535';

export const metricsSettings = {
  METRICS_TOKEN: z
    .string()
    .min(MIN_TOKEN_CHARACTERS, `at least ${MIN_TOKEN_CHARACTERS} characters`)
    .regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces')
    .optional(),
  METRICS_PORT: z.coerce.number(PORT).int(PORT).min(1, PORT).max(65_535, PORT).optional(),
};

type Settings = {
  [Name in keyof typeof metricsSettings]?: z.infer<(typeof metricsSettings)[Name]>;
};

export function metricsAccess(settings: Settings): MetricsAccess {
  return { token: settings.METRICS_TOKEN ?? null, port: settings.METRICS_PORT ?? null };
}

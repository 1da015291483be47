/** The part of the settings that says how often the REST API may be called. */
import { z } from 'zod';

export type ApiLimits = {
  /** Requests of one key, sustained. */
  readonly perMinute: number;
  /** Requests of one key at once, after it was quiet. */
  readonly burst: number;
  /** Requests without a valid key from one address. */
  readonly withoutKeyPerMinute: number;
};

const count = (usual: number) =>
  z.coerce
    .number('write a whole number, at least 1')
    .int('write a whole number, at least 1')
    .min(1, 'write a whole number, at least 1')
    .default(usual);

export const apiSettings = {
  API_REQUESTS_PER_MINUTE: count(600),
  API_BURST: count(100),
  API_REQUESTS_WITHOUT_KEY_PER_MINUTE: count(60),
};

type Settings = { [Name in keyof typeof apiSettings]: number };

export function apiLimits(settings: Settings): ApiLimits {
  return {
    perMinute: settings.API_REQUESTS_PER_MINUTE,
    burst: settings.API_BURST,
    withoutKeyPerMinute: settings.API_REQUESTS_WITHOUT_KEY_PER_MINUTE,
  };
}

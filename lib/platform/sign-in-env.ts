/** How long sessions last, and the identity provider of the whole deployment. */
import { z } from 'zod';
import { HOUR_MS, MINUTE_MS } from '@/lib/kernel/time';
import type { DeploymentSso, SessionLimits } from './deployment';

/** A setting that is missing or wrong: one line that says which, what was found and what to do. */
export class SettingsError extends Error {}

export type SignInEnv = {
  /** SESSION_IDLE_MINUTES and SESSION_MAX_HOURS. */
  readonly sessionLimits: SessionLimits;
  /** SSO_ISSUER and its like. Null: people sign in by password, passkey or their account's own provider. */
  readonly sso: DeploymentSso | null;
};

const whole = (unit: string, least: number, most: number) => {
  const words = `write a number of ${unit} from ${least} to ${most}`;
  return z.coerce.number(words).int(words).min(least, words).max(most, words);
};

export const SIGN_IN_SETTINGS = {
  SESSION_IDLE_MINUTES: whole('minutes', 5, 1_440).default(120),
  SESSION_MAX_HOURS: whole('hours', 1, 168).default(12),
  SSO_ISSUER: z.url({ protocol: /^https?$/, error: 'write an http or https address' }).optional(),
  SSO_CLIENT_ID: z.string().trim().min(1).optional(),
  SSO_CLIENT_SECRET: z.string().trim().min(1).optional(),
  SSO_NAME: z.string().trim().min(1).max(40, 'at most 40 characters').optional(),
};
const Settings = z.object(SIGN_IN_SETTINGS);

/** @throws SettingsError when the provider is described in part only */
export function signInEnv(settings: z.infer<typeof Settings>): SignInEnv {
  return {
    sessionLimits: {
      idleMs: settings.SESSION_IDLE_MINUTES * MINUTE_MS,
      absoluteMs: settings.SESSION_MAX_HOURS * HOUR_MS,
    },
    sso: ssoOf(settings),
  };
}

function ssoOf(settings: z.infer<typeof Settings>): DeploymentSso | null {
  const { SSO_ISSUER: issuer, SSO_CLIENT_ID: clientId, SSO_CLIENT_SECRET: clientSecret } = settings;
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) return null;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) {
    throw new SettingsError(
      'Set SSO_ISSUER, SSO_CLIENT_ID and SSO_CLIENT_SECRET, or none of them.',
    );
  }
  return { name: settings.SSO_NAME ?? 'single sign-on', issuer, clientId, clientSecret };
}

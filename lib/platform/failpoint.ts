/**
 * Places in the code where a test of crashes ends the process as a power cut would. Nothing is ended unless the process
 * was armed at its start, which takes two settings, so that none is left on by accident.
 */
import { SettingsError } from './env';
import { processWide, setProcessWide } from './process-wide';

export const PORTAL_FAILPOINTS = [
  'after-intent',
  'after-sign',
  'after-store',
  'before-answer',
] as const;
/** Not on the way to a certificate. */
export const ACT_FAILPOINTS = ['after-approval'] as const;
export const SIGNER_FAILPOINTS = ['signer-after-signature', 'signer-after-log'] as const;
export type PortalFailpoint = (typeof PORTAL_FAILPOINTS)[number];
export type Failpoint =
  | PortalFailpoint
  | (typeof ACT_FAILPOINTS)[number]
  | (typeof SIGNER_FAILPOINTS)[number];

type Armed = { readonly name: Failpoint; hitsLeft: number };

const NAMES: readonly Failpoint[] = [...PORTAL_FAILPOINTS, ...ACT_FAILPOINTS, ...SIGNER_FAILPOINTS];

/** Ends this process by SIGKILL when it was armed for this place, and the place was reached often enough. */
export function failpoint(name: Failpoint): void {
  const armed = processWide<Armed | null>('failpoint', () => null);
  if (armed?.name !== name) return;
  armed.hitsLeft -= 1;
  if (armed.hitsLeft === 0) process.kill(process.pid, 'SIGKILL');
}

/** Arms this process by FAILPOINT. @throws SettingsError as `failpointOf` does */
export function armFailpoint(env: Readonly<Record<string, string | undefined>>): void {
  setProcessWide('failpoint', failpointOf(env));
}

/**
 * What FAILPOINT says: the name of a place, and at which visit (`after-sign:3`; the first without a number).
 * @throws SettingsError for an unknown place, and wherever CRASH_TEST does not say that this is a test
 */
export function failpointOf(env: Readonly<Record<string, string | undefined>>): Armed | null {
  const { FAILPOINT: given, CRASH_TEST: test } = env;
  if (!given) return null;
  const [word, hits = '1', ...rest] = given.split(':');
  const name = NAMES.find((one) => one === word);
  if (!name || !/^[1-9]\d{0,5}$/.test(hits) || rest.length > 0) {
    throw new SettingsError(
      `FAILPOINT: write one of ${NAMES.join(', ')}, and after a colon at which visit.`,
    );
  }
  if (test !== '1') {
    throw new SettingsError(
      `FAILPOINT is set: this process would end itself at ${name}. Unset it; a test of crashes also sets CRASH_TEST=1.`,
    );
  }
  return { name, hitsLeft: Number(hits) };
}

/** The settings of a PKCS#11 token, for whoever opens CA keys. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SettingsError } from './env';

export type TokenEnv = {
  /** The vendor's library, absolute. */
  readonly modulePath: string;
  readonly tokenLabel: string;
  readonly pin: string;
};

/**
 * Null where no token is used: PKCS11_MODULE is not set.
 * @throws SettingsError for what is missing; no PIN is in it
 */
export function tokenEnv(env: Readonly<Record<string, string | undefined>>): TokenEnv | null {
  const {
    PKCS11_MODULE: module,
    PKCS11_TOKEN: tokenLabel,
    PKCS11_PIN: pin,
    PKCS11_PIN_FILE: pinFile,
  } = env;
  if (!module) return null;
  if (!tokenLabel) throw new SettingsError('PKCS11_TOKEN: set it to the label of the token.');
  if (!pin === !pinFile) {
    throw new SettingsError('Set either PKCS11_PIN or PKCS11_PIN_FILE (a file with the PIN).');
  }
  return { modulePath: resolve(module), tokenLabel, pin: pin || pinIn(pinFile ?? '') };
}

function pinIn(path: string): string {
  const pin = readable(path).replace(/\r?\n$/, '');
  if (pin !== '' && !/[\r\n]/.test(pin)) return pin;
  throw new SettingsError(`PKCS11_PIN_FILE: ${path} should have the PIN on one line.`);
}

function readable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new SettingsError(`PKCS11_PIN_FILE: ${path} cannot be read.`);
  }
}

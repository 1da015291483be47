/** Tokens of SoftHSM in a folder of the test's own. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenSettings } from '../token-connection';

export const SOFT_HSM = '/usr/lib/softhsm/libsofthsm2.so';
export const PIN = '27182818';
const OFFICER_PIN = '31415926';

export type SoftTokens = {
  /** Where the library keeps its tokens, one folder each. */
  readonly folder: string;
  readonly configFile: string;
  /** Makes a token, or makes it anew: all that was in it is gone. */
  token(label: string, pin?: string): TokenSettings;
  remove(): void;
};

/** The library reads the environment when it is first opened: one such folder for each process. */
export function softTokens(): SoftTokens {
  const place = mkdtempSync(join(tmpdir(), 'countersign-softhsm-'));
  const folder = join(place, 'tokens');
  mkdirSync(folder);
  const configFile = join(place, 'softhsm2.conf');
  writeFileSync(
    configFile,
    `directories.tokendir = ${folder}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  process.env.SOFTHSM2_CONF = configFile;
  return {
    folder,
    configFile,
    token(tokenLabel, pin = PIN) {
      const pins = ['--pin', pin, '--so-pin', OFFICER_PIN];
      execFileSync('softhsm2-util', ['--init-token', '--free', '--label', tokenLabel, ...pins], {
        stdio: 'pipe',
        env: { ...process.env, SOFTHSM2_CONF: configFile },
      });
      return { modulePath: SOFT_HSM, tokenLabel, pin };
    },
    remove: () => rmSync(place, { recursive: true }),
  };
}

/** `npm run ca` as a process: what it says, how it ends, and what a kill leaves. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { tryLockFile } from '@/lib/platform/file-lock';
import { PIN, SOFT_HSM, softTokens } from '@/lib/signer/testing/soft-token';

vi.setConfig({ testTimeout: 180_000 });
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const place = mkdtempSync(join(tmpdir(), 'countersign-ca-cli-'));
afterAll(() => rmSync(place, { recursive: true }));

const settings = {
  NODE_ENV: 'test' as const,
  PATH: process.env.PATH ?? '',
  DATA_DIR: join(place, 'data'),
  CA_PASSPHRASE: 'a passphrase for tests',
  PROVIDER_NAME: 'Harbor Bank',
  PKI_URL: 'https://pki.harbor.example',
};
const command = ['--import', 'tsx', 'scripts/ca.ts'];

function ca(words: string[], more: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, ...words], {
    cwd: ROOT,
    env: { ...settings, ...more },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { status, stdout, stderr };
}

const filesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder).sort() : []);
const statusOf = (folder: string, more: Record<string, string> = {}) =>
  JSON.parse(ca(['status', '--json', '--folder', folder], more).stdout);

/** A ceremony that was killed between its first CA and its last; it is tried again when it was over before that. */
async function killedCeremony(): Promise<{ folder: string; words: string[] }> {
  for (let tries = 0; ; tries += 1) {
    const folder = join(place, `killed-${tries}`);
    // The keys that come after the root take their time.
    const words = ['init', '--yes', '--key', 'rsa3072', '--folder', folder];
    const child = spawn(process.execPath, [...command, ...words], {
      cwd: ROOT,
      env: settings,
      stdio: 'ignore',
    });
    const ended = new Promise((done) => child.once('exit', done));
    while (!filesIn(folder).some((name) => /^iss_.*\.json$/.test(name))) await pause(1);
    child.kill('SIGKILL');
    await ended;
    if (statusOf(folder).issuers.length < 3) return { folder, words };
  }
}

describe('npm run ca', () => {
  it.each([
    [['frobnicate'], 'There is no verb "frobnicate".'],
    [['init', '--frobnicate'], "Unknown option '--frobnicate'"],
    [['retire', 'production'], 'retire takes the id of one CA'],
  ])('%j is told the usage, in one screen, and ends with 2', (words, message) => {
    const { status, stderr } = ca(words);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain('Usage: npm run ca -- VERB');
    expect(stderr.split('\n').length).toBeLessThan(40);
  });

  it('without a terminal and without --yes it says what it would do, does nothing, and ends with 2', () => {
    const folder = join(place, 'asked');
    const { status, stdout, stderr } = ca(['init', '--folder', folder]);
    expect(status).toBe(2);
    expect(stdout).toContain('make the root "Harbor Bank Root CA"');
    expect(stderr).toContain('say --yes. Nothing was changed.');
    expect(filesIn(folder)).toEqual([]);
  });

  it('--yes makes the CAs; again, it changes nothing', () => {
    const folder = join(place, 'made');
    expect(ca(['init', '--yes', '--folder', folder]).status).toBe(0);
    const before = filesIn(folder).map((name) => readFileSync(join(folder, name)));
    const again = ca(['init', '--yes', '--folder', folder]);
    expect([again.status, again.stdout]).toEqual([
      0,
      expect.stringContaining('Nothing was changed'),
    ]);
    expect(filesIn(folder).map((name) => readFileSync(join(folder, name)))).toEqual(before);
    expect(statusOf(folder).issuers).toHaveLength(3);
  });

  it('while another verb works on the folder it changes nothing, says so and ends with 1; status is shown all the same', () => {
    const folder = join(place, 'busy');
    expect(ca(['init', '--yes', '--folder', folder]).status).toBe(0);
    const before = filesIn(folder);
    const lock = tryLockFile(`${folder}.lock`);
    const { status, stderr } = ca(['rollover', '--yes', '--folder', folder]);
    expect(status).toBe(1);
    expect(stderr).toContain(`Another npm run ca works on ${folder}`);
    expect(filesIn(folder)).toEqual(before);
    expect(statusOf(folder).issuers).toHaveLength(3);
    lock?.release();
    expect(ca(['rollover', '--yes', '--folder', folder]).status).toBe(0);
  });

  it('refused, it ends with 1 and one line; without a passphrase it says what it seals with', () => {
    const folder = join(place, 'empty');
    const { status, stderr } = ca(['backup', '--out', join(place, 'b'), '--folder', folder]);
    expect([status, stderr]).toEqual([1, `${folder} has no CA. Nothing was written.\n`]);
    const { stdout } = ca(['init', '--folder', folder], { CA_PASSPHRASE: '' });
    expect(stdout).toContain(`seal with ${folder}/passphrase, for trying only`);
  });

  it('killed in the middle of a ceremony, status explains what is left, and a rerun makes the rest', async () => {
    const { folder, words } = await killedCeremony();
    const left = filesIn(folder);
    const { unfinished } = statusOf(folder);
    expect(unfinished.join('\n')).toContain('run npm run ca -- init again');
    expect(ca(words).status).toBe(0);
    expect(filesIn(folder)).toEqual(expect.arrayContaining(left));
    const whole = statusOf(folder);
    expect(whole.issuers).toHaveLength(3);
    expect(whole.unfinished).toEqual([]);
  });

  it('with --pkcs11 every key is made in the token; a key without its CA is named by status', () => {
    const tokens = softTokens();
    tokens.token('ca keys');
    const env = {
      SOFTHSM2_CONF: tokens.configFile,
      PKCS11_MODULE: SOFT_HSM,
      PKCS11_TOKEN: 'ca keys',
      PKCS11_PIN: PIN,
    };
    const folder = join(place, 'token');
    const made = ca(['init', '--yes', '--pkcs11', '--key', 'p384', '--folder', folder], env);
    expect([made.stderr, made.status]).toEqual(['', 0]);
    const { issuers, unfinished } = statusOf(folder, env);
    expect(issuers.map(({ custody }: { custody: string }) => custody)).toEqual(
      Array(3).fill('in the token "ca keys"'),
    );
    expect(unfinished).toEqual([]);
    const id = issuers[1].issuerId;
    const out = join(place, 'never.key');
    const leaving = ca(['export', id, '--out', out, '--folder', folder], {
      EXPORT_PASSPHRASE: 'a passphrase of the file',
    });
    expect(leaving.stderr).toContain('cannot leave it');
    rmSync(join(folder, `${id}.json`));
    expect(statusOf(folder, env).unfinished.join('\n')).toContain(`the token has a key ${id}`);
    const wrong = ca(['rollover', '--pkcs11', '--yes', '--folder', folder], {
      ...env,
      PKCS11_PIN: '99990000',
    });
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain('PKCS11_PIN is not the PIN');
    expect(`${wrong.stdout}${wrong.stderr}`).not.toContain('99990000');
    tokens.remove();
  });
});

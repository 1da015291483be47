/** The lives of CAs under a running `npm start`: a successor, a token, a backup, and the log against the database. */
import { chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { SOFT_HSM, softTokens } from '../lib/signer/testing/soft-token';
import { type Rest, rest } from './support/rest';
import { newFolder, newRequest, openssl, run } from './support/shell';
import {
  endLeftovers,
  freePorts,
  newDataDir,
  startTree,
  stopTree,
  type Tree,
} from './support/tree';

const CA_PASSPHRASE = 'a passphrase for tests';
const tokens = softTokens();
test.afterAll(() => {
  endLeftovers();
  tokens.remove();
});

type Started = { tree: Tree; api: Rest; env: Record<string, string>; work: string };

async function started(more: Record<string, string> = {}): Promise<Started> {
  const dataDir = newDataDir();
  const ports = await freePorts();
  const env = { ...ports, ...more, CA_PASSPHRASE };
  const tree = await startTree({ dataDir, ports, env });
  const api = rest(tree.demo.portalUrl, tree.demo.apiKey);
  return { tree, api, env: { ...env, DATA_DIR: dataDir }, work: newFolder() };
}

async function ca({ env }: Started, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await run('npm', ['run', '-s', 'ca', '--', ...words], { env });
  if (code !== 0) throw new Error(`ca ${words.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}

const statusOf = async (one: Started) =>
  JSON.parse(await ca(one, 'status', '--json')).issuers as {
    issuerId: string;
    name: string;
    state: string;
    custody: string;
    lastCrl: { number: number } | null;
  }[];
const called = async (one: Started, ending: string) => {
  const found = (await statusOf(one)).find(({ name }) => name.endsWith(ending));
  if (!found) throw new Error(`no CA is called ${ending}`);
  return found;
};

/** Issues for production; `<name>.pem` is the leaf alone. */
async function issued({ api, work }: Started, name: string): Promise<void> {
  const csr = await newRequest(work, name, `/CN=${name}.meridian.example`);
  const { status, json } = await api('POST', '/certificates', { csr, environment: 'production' });
  expect([status, json.code]).toEqual([201, undefined]);
  const { id } = Object(json);
  const { json: chain } = await api('GET', `/certificates/${id}/download?format=pem`);
  const [leaf = ''] =
    String(chain.text).match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----\n/) ?? [];
  writeFileSync(join(work, `${name}.pem`), leaf);
}

const issuerOf = async ({ work }: Started, name: string) =>
  (await openssl(work, ['x509', '-in', `${name}.pem`, '-noout', '-issuer'])).trim();

test('a successor is made beside its predecessor without a stop, waits, is activated, and leaves of both verify against the bundle', async () => {
  const here = await started();
  await issued(here, 'first');
  await ca(here, 'rollover', '--environment', 'production', '--yes');
  await expect
    .poll(async () => (await called(here, 'Production Client CA 2')).state, { timeout: 20_000 })
    .toBe('ready');
  await issued(here, 'second');
  expect(await issuerOf(here, 'second')).toMatch(/Production Client CA 1$/);
  await ca(here, 'activate', (await called(here, 'Production Client CA 2')).issuerId, '--yes');
  await issued(here, 'third');
  expect(await issuerOf(here, 'third')).toMatch(/Production Client CA 2$/);
  await ca(here, 'retire', (await called(here, 'Production Client CA 1')).issuerId, '--yes');
  const bundle = await (await fetch(`${here.tree.demo.portalUrl}/pki/bundle.pem`)).text();
  writeFileSync(join(here.work, 'bundle.pem'), bundle);
  const leaves = ['first.pem', 'third.pem'];
  const judged = ['verify', '-x509_strict', '-CAfile', 'bundle.pem', ...leaves];
  expect(await openssl(here.work, judged)).toBe('first.pem: OK\nthird.pem: OK\n');

  // T26: a restore of an older copy learns from the database what was issued since.
  const backup = join(here.work, 'backup');
  const said = await ca(here, 'backup', '--out', backup, '--yes');
  expect(said).toContain('Recorded in the audit trail.');
  await issued(here, 'fourth');
  const whole = JSON.parse(await ca(here, 'verify-log', '--json'));
  expect(whole).toMatchObject({ unknownToDatabase: [], unknownToLog: [], different: [] });
  expect(whole.certificates).toBeGreaterThanOrEqual(4);
  const restored = join(here.work, 'restored');
  await ca(here, 'restore', '--in', backup, '--folder', restored, '--yes');
  const again = JSON.parse(await ca(here, 'verify-log', '--json', '--folder', restored));
  expect(again).toMatchObject({ unknownToDatabase: [], unknownToLog: [], different: [] });
  // A copy that was not reconciled does not have it, and the command ends with 3.
  const old = { ...here.env, SIGNER_DIR: backup };
  const stale = await run('npm', ['run', '-s', 'ca', '--', 'verify-log'], { env: old });
  expect([stale.code, stale.stdout]).toEqual([
    3,
    expect.stringContaining('issued certificates unknown to the log: 1'),
  ]);
  await stopTree(here.tree);
});

test('with PKCS11_MODULE set the CA of a first start is made in the token, and issues from there', async () => {
  const { pin } = tokens.token('ca keys');
  const pinFile = join(newFolder(), 'pin');
  writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 });
  // As an HSM's driver lets the signer's user at the token.
  if (process.getuid?.() === 0) giveAll(join(tokens.folder, '..'), 64_701);
  const here = await started({
    SOFTHSM2_CONF: tokens.configFile,
    PKCS11_MODULE: SOFT_HSM,
    PKCS11_TOKEN: 'ca keys',
    PKCS11_PIN_FILE: pinFile,
  });
  const folder = join(here.tree.dataDir, 'signer');
  for (const name of readdirSync(folder)) {
    expect(readFileSync(join(folder, name), 'utf8')).not.toContain('sealedKey');
  }
  await issued(here, 'token');
  await ca(
    here,
    'rollover',
    '--environment',
    'production',
    '--pkcs11',
    '--key',
    'rsa3072',
    '--yes',
  );
  if (process.getuid?.() === 0) giveAll(join(tokens.folder, '..'), 64_701);
  await expect
    .poll(async () => (await called(here, 'Production Client CA 2')).state, { timeout: 20_000 })
    .toBe('ready');
  await ca(here, 'activate', (await called(here, 'Production Client CA 2')).issuerId, '--yes');
  await issued(here, 'successor');
  const text = await openssl(here.work, ['x509', '-in', 'successor.pem', '-noout', '-text']);
  expect(text).toContain('Signature Algorithm: sha256WithRSAEncryption');
  const custodies = (await statusOf(here)).map(({ custody }) => custody);
  expect(new Set(custodies)).toEqual(new Set(['in the token "ca keys"']));
  await stopTree(here.tree);
});

function giveAll(path: string, id: number): void {
  chownSync(path, id, id);
  if (!statSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveAll(join(path, name), id);
}

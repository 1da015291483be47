/** The signer as a process of its own: what it survives, what a portal does without it, and who can reach its keys. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { type Rest, rest } from './support/rest';
import { newFolder, newRequest } from './support/shell';
import {
  cleanEnv,
  commandOf,
  endLeftovers,
  freePorts,
  newDataDir,
  processesOf,
  startTree,
  stopTree,
  type Tree,
} from './support/tree';

let tree: Tree;
let api: Rest;

test.beforeAll(async () => {
  tree = await startTree({ dataDir: newDataDir(), ports: await freePorts() });
  api = rest(tree.demo.portalUrl, tree.demo.apiKey);
});
test.afterAll(async () => {
  await stopTree(tree);
  endLeftovers();
});

const processOf = (file: string): number =>
  processesOf(tree.dataDir).find((pid) => commandOf(pid).includes(file)) ?? 0;
const userOf = (pid: number): number => statSync(`/proc/${pid}`).uid;
const csrFor = (name: string) => newRequest(newFolder(), name, `/CN=${name}.meridian.example`);
const pendingIn = (json: Record<string, unknown>) => Object(json.pending);

test('signer and portal are users of their own when started as root, and only the signer can open the keys', async () => {
  if (process.getuid?.() !== 0) {
    // Who is not root cannot become others: all is one user's, and nobody else's.
    expect(statSync(join(tree.dataDir, 'signer')).mode & 0o077).toBe(0);
    return;
  }
  const [signer, portal, edge] = ['signer.ts', 'portal.ts', 'gateway/main.ts'].map(processOf);
  const users = [signer, portal, edge].map((pid) => userOf(pid ?? 0));
  expect(users).not.toContain(0);
  expect(users[0]).not.toBe(users[1]);
  expect(users[2]).toBe(users[1]);
  const folder = join(tree.dataDir, 'signer');
  const become = ['--reuid', String(users[1]), '--regid', String(users[1]), '--clear-groups'];
  const asPortal = (...command: string[]) =>
    spawnSync('setpriv', [...become, ...command], { encoding: 'utf8' });
  // From a folder that everybody may pass, so that nothing but the keys' own rights protects them.
  chmodSync(join(tree.dataDir, '..'), 0o755);
  expect(asPortal('cat', join(tree.dataDir, 'portal-passphrase')).status).toBe(0);
  for (const name of readdirSync(folder)) {
    const read = asPortal('cat', join(folder, name));
    expect([read.status, read.stdout]).toEqual([1, '']);
    expect(read.stderr).toContain('Permission denied');
  }
  expect(asPortal('ls', folder).status).not.toBe(0);
  expect(asPortal('sh', '-c', `echo >> ${join(folder, 'signer.log')}`).status).not.toBe(0);
  const environment = readFileSync(`/proc/${portal}/environ`, 'utf8');
  expect(environment).not.toContain('CA_PASSPHRASE');
  expect(asPortal('cat', `/proc/${signer}/environ`).status).not.toBe(0);
});

test('killed, the signer is started again, and what it had signed is never signed anew', async () => {
  const before = await api('POST', '/certificates', {
    csr: await csrFor('before'),
    environment: 'production',
  });
  expect(before.status).toBe(201);
  const killed = processOf('signer.ts');
  process.kill(killed, 'SIGKILL');
  await expect.poll(() => processOf('signer.ts'), { timeout: 15_000 }).not.toBe(killed);
  const csr = await csrFor('after');
  await expect
    .poll(
      async () => (await api('POST', '/certificates', { csr, environment: 'production' })).status,
      { timeout: 15_000 },
    )
    .toBe(201);
  const log = readFileSync(join(tree.dataDir, 'signer/signer.log'), 'utf8');
  const serials = [...log.matchAll(/"op":"certificate".*?"serialHex":"([0-9A-F]+)"/g)].map(
    (m) => m[1],
  );
  expect(new Set(serials).size).toBe(serials.length);
});

test('while it hangs a caller is told soon what is kept; it is finished by itself when it goes on', async () => {
  const signer = processOf('signer.ts');
  const csr = await csrFor('hanging');
  process.kill(signer, 'SIGSTOP');
  const refusal = await api('POST', '/certificates', { csr, environment: 'sandbox' });
  const repeated = await api('POST', '/certificates', { csr, environment: 'sandbox' });
  process.kill(signer, 'SIGCONT');
  expect(refusal.status).toBe(503);
  expect(refusal.json.code).toBe('ca_unavailable');
  expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(pendingIn(refusal.json)).toMatchObject({ environment: 'sandbox' });
  expect(pendingIn(repeated.json).id).toBe(pendingIn(refusal.json).id);
  const labels = async () => {
    const { json } = await api('GET', '/certificates?status=live');
    return Object(json).items.map((one: { label: string }) => one.label);
  };
  await expect.poll(labels, { timeout: 5_000 }).toContain('hanging.meridian.example');
});

test('a second signer on the folder says so, and writes nothing into its log', async () => {
  const folder = join(tree.dataDir, 'signer');
  const second = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/signer.ts'], {
    encoding: 'utf8',
    env: cleanEnv({
      SIGNER_DIR: folder,
      SIGNER_SOCKET: join(newFolder(), 'second.sock'),
      SIGNER_SECRET: 'a secret of sixteen or more',
      PKI_URL: tree.demo.portalUrl,
      SIGNER_UID: String(statSync(folder).uid || 1),
    }),
  });
  expect(second.status).toBe(1);
  expect(second.stderr.trim()).toBe(
    `another signer has the folder ${folder}. Stop that one, or set SIGNER_DIR.`,
  );
});

test('the signer is reached by nobody without its socket and this start’s secret', async () => {
  const socket = join(tree.dataDir, 'signer-socket/signer.sock');
  const mode = statSync(socket).mode & 0o777;
  expect([mode, statSync(join(socket, '..')).mode & 0o777]).toEqual([0o660, 0o750]);
  const asked = execFileSync(
    'curl',
    [
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '--unix-socket',
      socket,
      'http://signer/status',
    ],
    { encoding: 'utf8' },
  );
  expect(asked).toBe('401');
});

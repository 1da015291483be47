/** A real deployment on PostgreSQL: nothing is seeded, several portals share one CA, the operator does the rest. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { type PrivatePostgres, startPrivatePostgres } from '../scripts/postgres';
import { rest } from './support/rest';
import { curl, newFolder, newRequest, openssl, operator } from './support/shell';
import {
  endLeftovers,
  freePorts,
  launch,
  newDataDir,
  type Ports,
  startTree,
  stopTree,
} from './support/tree';

const CA_PASSPHRASE = 'a passphrase of this test';

let postgres: PrivatePostgres;
test.beforeAll(async () => {
  postgres = await startPrivatePostgres({ fsync: 'on' });
});
test.afterEach(endLeftovers);
test.afterAll(() => postgres.stop());

async function alive(ports: Ports): Promise<void> {
  const url = `http://127.0.0.1:${ports.PORT}/healthz`;
  await expect
    .poll(
      () =>
        fetch(url).then(
          (reply) => reply.status,
          () => 0,
        ),
      { timeout: 40_000 },
    )
    .toBe(200);
}

async function rootOf(dataDir: string, settings: Record<string, string>): Promise<string> {
  const account = await operator(dataDir, ['account', 'create', '--name', 'Roots'], settings);
  const { id } = JSON.parse(account.stdout);
  const words = ['api-key', 'create', '--account', id, '--name', 'robot'];
  const { key } = JSON.parse((await operator(dataDir, words, settings)).stdout);
  const csr = await newRequest(newFolder(), 'roots', '/CN=roots.meridian.example');
  const portalUrl = `http://localhost:${settings.PORT}`;
  const made = await rest(portalUrl, key)('POST', '/certificates', { csr, environment: 'sandbox' });
  expect(made.status).toBe(201);
  const chain = await fetch(
    `${portalUrl}/api/v1/certificates/${made.json.id}/download?format=chain`,
    { headers: { Authorization: `Bearer ${key}` } },
  );
  return createHash('sha256')
    .update(await chain.text())
    .digest('hex');
}

test('two portals that start at once on one empty database make one CA; neither seeds anything', async () => {
  const DATABASE_URL = await postgres.createDatabase('deployment');
  const copies = await Promise.all(
    [1, 2].map(async () => {
      const dataDir = newDataDir();
      const ports = await freePorts();
      const settings = {
        ...ports,
        DATA_DIR: dataDir,
        DATABASE_URL,
        CA_PASSPHRASE,
        HOST: '127.0.0.1',
      };
      return { dataDir, ports, settings, started: launch(settings) };
    }),
  );
  for (const { ports } of copies) await alive(ports);
  const roots = [];
  for (const { dataDir, settings } of copies) roots.push(await rootOf(dataDir, settings));
  expect(roots[1]).toBe(roots[0]);
  const [{ dataDir = '', settings = {}, started } = {}] = copies;
  const accounts = await operator(dataDir, ['account', 'list'], settings);
  expect(JSON.parse(accounts.stdout)).toHaveLength(2);
  await expect.poll(() => started?.output()).toContain('npm run operator -- edge create');
  for (const { started } of copies) {
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(0);
  }
});

test('another CA passphrase than the database was set up with is one line', async () => {
  const DATABASE_URL = postgres.url('deployment');
  const settings = { ...(await freePorts()), DATA_DIR: newDataDir(), DATABASE_URL };
  const { output, ended } = launch({ ...settings, CA_PASSPHRASE: 'not the one it was made with' });
  expect(await ended).toBe(1);
  expect(output().trim()).toMatch(/^CA_PASSPHRASE is not the one .*$/);
});

test('DEMO=1 is refused where accounts exist that the demo did not make', async () => {
  const DATABASE_URL = postgres.url('deployment');
  const settings = { ...(await freePorts()), DATA_DIR: newDataDir(), DATABASE_URL, CA_PASSPHRASE };
  const { output, ended } = launch({ ...settings, DEMO: '1' });
  expect(await ended).toBe(1);
  expect(output().trim()).toMatch(/^DEMO=1 is refused: .*$/);
});

test('an edge enrolled with the operator’s token serves what the operator and the customer made', async () => {
  const DATABASE_URL = postgres.url('deployment');
  const dataDir = newDataDir();
  const ports = await freePorts();
  const settings = { ...ports, DATA_DIR: dataDir, DATABASE_URL, CA_PASSPHRASE, HOST: '127.0.0.1' };
  const make = async (...words: string[]) => {
    const { code, stdout, stderr } = await operator(dataDir, words, settings);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const edge = await make('edge', 'create', '--name', 'edge-1');
  const account = await make('account', 'create', '--name', 'Meridian Freight');
  await make(
    ...['api-client', 'create', '--account', account.id],
    ...['--environment', 'sandbox', '--name', 'erp-sync'],
  );
  const tree = launch({ ...settings, EDGE_TOKEN: edge.token });
  await expect.poll(tree.output, { timeout: 40_000 }).toContain('Sandbox');
  const url = `https://localhost:${ports.EDGE_SANDBOX_STANDARD_PORT}/connection/v1/testauthentication`;
  const caFile = join(dataDir, 'edge/server-ca.pem');
  expect(readFileSync(caFile, 'utf8')).toContain('BEGIN CERTIFICATE');
  const unknown = await curl({ url, caFile, user: 'nobody:x' });
  expect([unknown.status, JSON.parse(unknown.body).code]).toEqual(['403', 'unknown_api_client']);
  // Known to the edge; the built-in API knows the demo's passwords only.
  expect((await curl({ url, caFile, user: 'erp-sync:x' })).body).not.toContain(
    'unknown_api_client',
  );
  expect(tree.output()).not.toContain(edge.token);
  tree.child.kill('SIGTERM');
  expect(await tree.ended).toBe(0);
});

test('the demo runs on PostgreSQL too, and a certificate of it verifies', async () => {
  const DATABASE_URL = await postgres.createDatabase('demo');
  const tree = await startTree({
    dataDir: newDataDir(),
    ports: await freePorts(),
    env: { DATABASE_URL, DEMO: '1' },
  });
  const folder = newFolder();
  const csr = await newRequest(folder, 'pg', '/CN=pg.meridian.example');
  const api = rest(tree.demo.portalUrl, tree.demo.apiKey);
  expect((await api('POST', '/certificates', { csr, environment: 'production' })).status).toBe(201);
  expect(await openssl(folder, ['req', '-in', 'pg.csr', '-noout', '-verify'])).toBeDefined();
  await stopTree(tree);
});

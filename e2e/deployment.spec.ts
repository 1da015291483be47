/** A real deployment on PostgreSQL: nothing is seeded, several portals share one CA, the operator does the rest. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
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

const PASSPHRASES = {
  CA_PASSPHRASE: 'a passphrase of the CA keys of this test',
  PORTAL_PASSPHRASE: 'a passphrase of the portal of this test',
};

let postgres: PrivatePostgres;
/** Data directory of the machine that made the CA. */
let machineWithKeys = '';
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

/** What `ca export` and `ca import` carry over, where both machines have one passphrase. */
async function copyKeys(from: string, to: string): Promise<void> {
  const [source, target] = [join(from, 'signer'), join(to, 'signer')];
  mkdirSync(target, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(source).filter((one) => one.endsWith('.json'))) {
    copyFileSync(join(source, name), join(target, name));
  }
}

async function asOwner<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
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

test('of two machines that start at once on one empty database one makes the CA; with its keys the other joins', async () => {
  const DATABASE_URL = await postgres.createDatabase('deployment');
  const machines = await Promise.all(
    [1, 2].map(async () => {
      const ports = await freePorts();
      const dataDir = newDataDir();
      const settings = { ...ports, ...PASSPHRASES, DATA_DIR: dataDir, DATABASE_URL };
      return { dataDir, ports, settings: { ...settings, HOST: '127.0.0.1' } };
    }),
  );
  const [one, two] = machines.map((machine) => ({ ...machine, tree: launch(machine.settings) }));
  if (!one || !two) throw new Error('two machines were expected');
  const lost = await Promise.race(
    [one, two].map(async (machine) => {
      await machine.tree.ended;
      return machine;
    }),
  );
  const made = lost === one ? two : one;
  expect(lost.tree.output().trim()).toMatch(/^This database has a CA, and .* Bring them with .*$/);
  await alive(made.ports);
  machineWithKeys = made.dataDir;
  await copyKeys(made.dataDir, lost.dataDir);
  const joined = launch(lost.settings);
  await alive(lost.ports);
  const roots = [];
  for (const { dataDir, settings } of [made, lost]) roots.push(await rootOf(dataDir, settings));
  expect(roots[1]).toBe(roots[0]);
  const accounts = await operator(made.dataDir, ['account', 'list'], made.settings);
  expect(JSON.parse(accounts.stdout)).toHaveLength(2);
  await expect.poll(() => joined.output()).toContain('npm run operator -- edge create');
  for (const tree of [made.tree, joined]) {
    tree.child.kill('SIGTERM');
    expect(await tree.ended).toBe(0);
  }
});

test('a signer on PostgreSQL reads pending intents with a role of its own, and nothing else', async () => {
  const owner = postgres.url('deployment');
  const login = await asOwner(owner, (client) =>
    client.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'countersign_signer_%' LIMIT 1"),
  );
  const role = login.rows[0]?.rolname;
  const may = (sql: string) =>
    asOwner(owner, async (client) => {
      await client.query(`GRANT ${role} TO CURRENT_USER`).catch(() => undefined);
      await client.query(`SET ROLE ${role}`);
      return client.query(sql).then(
        () => 'may',
        (error: Error) => error.message,
      );
    });
  expect(await may('SELECT id, issuer_id, tbs_der FROM intent')).toBe('may');
  for (const table of [
    'account',
    'person',
    'certificate',
    'deployment',
    'api_key',
    'audit_event',
  ]) {
    expect(await may(`SELECT 1 FROM ${table}`)).toMatch(/^permission denied/);
  }
  expect(await may("SELECT countersign_key_blocked('00')")).toMatch(/^permission denied/);
  expect(await may('SELECT actor FROM intent')).toMatch(/^permission denied/);
  expect(await may("UPDATE intent SET state = 'void'")).toMatch(/^permission denied/);
  expect(await may('CREATE TABLE public.own (id int)')).toMatch(/^permission denied/);
});

test('another passphrase than was set up with, of the CA or of the portal, is one line', async () => {
  const DATABASE_URL = postgres.url('deployment');
  const started = async (wrong: Partial<typeof PASSPHRASES>, dataDir: string) => {
    const settings = { ...(await freePorts()), ...PASSPHRASES, DATA_DIR: dataDir, DATABASE_URL };
    const { output, ended } = launch({ ...settings, ...wrong });
    expect(await ended).toBe(1);
    return output().trim();
  };
  const dataDir = newDataDir();
  await copyKeys(machineWithKeys, dataDir);
  const wrong = 'not the one it was made with';
  expect(await started({ CA_PASSPHRASE: wrong }, dataDir)).toMatch(
    /^The signer could not start: CA_PASSPHRASE is not the passphrase .*$/,
  );
  expect(await started({ PORTAL_PASSPHRASE: wrong }, dataDir)).toMatch(
    /^PORTAL_PASSPHRASE is not the one .*$/,
  );
});

test('DEMO=1 is refused where accounts exist that the demo did not make', async () => {
  const DATABASE_URL = postgres.url('deployment');
  const dataDir = newDataDir();
  await copyKeys(machineWithKeys, dataDir);
  const settings = { ...(await freePorts()), DATA_DIR: dataDir, DATABASE_URL, ...PASSPHRASES };
  const { output, ended } = launch({ ...settings, DEMO: '1' });
  expect(await ended).toBe(1);
  expect(output().trim()).toMatch(/^DEMO=1 is refused: .*$/);
});

test('an edge enrolled with the operator’s token serves what the operator and the customer made', async () => {
  const DATABASE_URL = postgres.url('deployment');
  const dataDir = newDataDir();
  const ports = await freePorts();
  const settings = { ...ports, DATA_DIR: dataDir, DATABASE_URL, ...PASSPHRASES, HOST: '127.0.0.1' };
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
  await copyKeys(machineWithKeys, dataDir);
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
  const trail = join(dataDir, 'deployment.jsonl');
  expect(await make('audit', 'export', '--file', trail)).toMatchObject({ file: trail });
  const words = ['scripts/audit-verify.mjs', trail, '--account', 'deployment'];
  const checked = spawnSync(process.execPath, words, { encoding: 'utf8' });
  expect(checked).toMatchObject({
    stderr: '',
    stdout: expect.stringMatching(/^Whole: \d+ events? of deployment/),
  });
  expect(readFileSync(trail, 'utf8')).toContain('"edge.created"');
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

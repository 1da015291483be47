/** Starting, stopping and breaking: what is said, what is left behind, what is kept. */
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { rest } from './support/rest';
import { curl, newFolder, newRequest, openssl, operator } from './support/shell';
import { apiClient } from './support/test';
import {
  commandOf,
  endLeftovers,
  freePorts,
  launch,
  newDataDir,
  processesOf,
  startTree,
  stopTree,
} from './support/tree';

const TEST_PATH = '/connection/v1/testauthentication';
const SUBJECT = '/C=US/ST=California/L=Oakland/O=Meridian Freight/CN=';

test.afterEach(endLeftovers);

async function refusedStart(settings: Record<string, string>): Promise<string[]> {
  const { output, ended } = launch(settings);
  expect(await ended).toBe(1);
  return output().trim().split('\n');
}

async function gone(dataDir: string): Promise<void> {
  await expect.poll(() => processesOf(dataDir), { timeout: 12_000 }).toEqual([]);
}

test('a start that cannot work says why in one line, and exits with 1', async () => {
  const ports = await freePorts();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = String(address !== null && typeof address === 'object' ? address.port : 0);
  const DATA_DIR = newDataDir();
  const file = join(newFolder(), 'file');
  writeFileSync(file, '');
  const cases: [Record<string, string>, RegExp][] = [
    [{ EDGE_SANDBOX_MTLS_PORT: port }, new RegExp(`^Port ${port} .*EDGE_SANDBOX_MTLS_PORT`)],
    [{ PORT: '0' }, /^PORT: write a port number/],
    [{ PUBLIC_URL: 'http://portal.example' }, /^PUBLIC_URL .*plain http/],
    [{ DATA_DIR: file }, /^The data directory .* Make it a directory|Give it to this user/],
    [
      { DATABASE_URL: 'postgresql://someone:hunter2@127.0.0.1:1/nothing' },
      /^DATABASE_URL: the database "nothing" on 127\.0\.0\.1, port 1,/,
    ],
  ];
  for (const [settings, line] of cases) {
    const lines = await refusedStart({ ...ports, DATA_DIR, ...settings });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(line);
    expect(lines[0]).not.toContain('hunter2');
  }
  taken.close();
});

test('first start, second process refused, SIGTERM, second start, Ctrl-C: private, quick, nothing lost or left', async () => {
  const dataDir = newDataDir();
  const ports = await freePorts();
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, 0o755);
  const first = await startTree({ dataDir, ports });
  // Started as root it has three users, signer and portal among them; otherwise one.
  const users = process.getuid?.() === 0 ? 0o770 : 0o700;
  expect(statSync(dataDir).mode & 0o777).toBe(users);
  expect(statSync(join(dataDir, 'demo.json')).mode & 0o777).toBe(0o600);
  const { apiKey, portalUrl } = first.demo;
  const csr = await newRequest(newFolder(), 'kept', `${SUBJECT}kept.meridian.example`);
  const made = await rest(portalUrl, apiKey)('POST', '/certificates', {
    csr,
    environment: 'sandbox',
  });
  expect(made.status).toBe(201);

  const lines = await refusedStart({ ...(await freePorts()), DATA_DIR: dataDir });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/in use by process \d+/);
  expect((await fetch(`${portalUrl}/healthz`)).status).toBe(200);

  const stopped = Date.now();
  await stopTree(first);
  process.stdout.write(`stopped within ${Date.now() - stopped} ms\n`);

  // Figures to read, not a bound to fail by: what else the machine does at this moment is not ours to say.
  const between = await startTree({ dataDir, ports });
  await stopTree(between);
  const second = await startTree({ dataDir, ports });
  const times = [between.startMs, second.startMs];
  process.stdout.write(`first start ${first.startMs} ms, later ones ${times.join(' and ')} ms\n`);
  expect(second.demo).toEqual(first.demo);
  const kept = await rest(portalUrl, apiKey)('GET', `/certificates/${made.json.id}`);
  expect(kept.json).toEqual({ ...made.json, lastSeenAt: null });
  await stopTree(second, 'Ctrl-C');
});

test('SIGKILL of the first process leaves nothing behind, and the next start finds everything', async () => {
  const dataDir = newDataDir();
  const ports = await freePorts();
  const tree = await startTree({ dataDir, ports });
  const supervisor = processesOf(dataDir).find((pid) =>
    commandOf(pid).includes('scripts/start.ts'),
  );
  process.kill(supervisor ?? 0, 'SIGKILL');
  await gone(dataDir);
  const again = await startTree({ dataDir, ports });
  expect(again.demo.apiKey).toBe(tree.demo.apiKey);
  process.kill(again.pid, 'SIGKILL');
  await gone(dataDir);
});

test('a killed portal or edge comes back by itself; meanwhile the edge decides alone', async () => {
  const dataDir = newDataDir();
  const tree = await startTree({ dataDir, ports: await freePorts() });
  const { demo } = tree;
  const { standardUrl, caFile } = demo.edges.sandbox;
  const user = apiClient(demo, 'sandbox');
  const status = async () =>
    (await curl({ url: `${standardUrl}${TEST_PATH}`, caFile, user })).status;
  const pidOf = (file: string) => processesOf(dataDir).find((pid) => commandOf(pid).includes(file));

  const portal = pidOf('scripts/portal.ts') ?? 0;
  process.kill(portal, 'SIGSTOP');
  expect(await status()).toBe('200');
  process.kill(portal, 'SIGKILL');
  expect(await status()).toBe('200');
  await expect
    .poll(
      () =>
        fetch(`${demo.portalUrl}/healthz`).then(
          (r) => r.status,
          () => 0,
        ),
      { timeout: 15_000 },
    )
    .toBe(200);
  process.kill(pidOf('gateway/main.ts') ?? 0, 'SIGKILL');
  await expect.poll(status, { timeout: 15_000 }).toBe('200');
  await stopTree(tree);
});

test('kill -9 during issuance: no acknowledged certificate is lost, and every listed one was signed', async () => {
  const dataDir = newDataDir();
  const ports = await freePorts();
  const tree = await startTree({ dataDir, ports });
  const folder = newFolder();
  const requests = await Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      newRequest(folder, `k${index}`, `${SUBJECT}k${index}.meridian.example`),
    ),
  );
  const api = rest(tree.demo.portalUrl, tree.demo.apiKey);
  const acknowledged: string[] = [];
  const issuing = requests.map((csr) =>
    api('POST', '/certificates', { csr, environment: 'sandbox' }).then(
      ({ status, json }) => {
        if (status === 201) acknowledged.push(String(json.serialHex));
      },
      () => undefined,
    ),
  );
  await expect.poll(() => acknowledged.length, { intervals: [1] }).toBeGreaterThan(0);
  for (const pid of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
  await Promise.all(issuing);
  await gone(dataDir);

  const again = await startTree({ dataDir, ports });
  const live = (await api('GET', '/certificates?limit=100')).json.items;
  const found = Array.isArray(live) ? live : [];
  expect(found.map(({ serialHex }) => serialHex)).toEqual(expect.arrayContaining(acknowledged));
  for (const { pem, serialHex } of found) {
    writeFileSync(join(folder, 'one.pem'), pem);
    const serial = await openssl(folder, ['x509', '-in', 'one.pem', '-noout', '-serial']);
    expect(serial.trim()).toBe(`serial=${serialHex}`);
  }
  // Whatever was cut off is finished or given up when its lease ends, so the account can be filled to five again.
  for (let spare = 0; spare < 5; spare++) {
    const csr = await newRequest(folder, `s${spare}`, `${SUBJECT}s${spare}.meridian.example`);
    const filled = async () => {
      const { status } = await api('POST', '/certificates', { csr, environment: 'sandbox' });
      const { items } = (await api('GET', '/certificates?status=live&limit=100')).json;
      return status === 201 || (Array.isArray(items) && items.length === 5);
    };
    await expect.poll(filled, { timeout: 60_000, intervals: [500] }).toBe(true);
  }
  await stopTree(again);
});

test('two copies run side by side and know nothing of each other', async () => {
  const settings = async () => ({ dataDir: newDataDir(), ports: await freePorts() });
  const one = await startTree(await settings());
  const two = await startTree(await settings());
  expect(two.demo.apiKey).not.toBe(one.demo.apiKey);
  expect((await rest(two.demo.portalUrl, one.demo.apiKey)('GET', '/account')).status).toBe(401);
  expect((await rest(two.demo.portalUrl, two.demo.apiKey)('GET', '/account')).status).toBe(200);
  await stopTree(one);
  expect((await fetch(`${two.demo.portalUrl}/healthz`)).status).toBe(200);
  await stopTree(two);
});

test('with no portal running the operator opens the directory under its lock', async () => {
  const dataDir = newDataDir();
  const made = await operator(dataDir, ['account', 'create', '--name', 'Alone'], { DEMO: '0' });
  expect(made.stderr).toBe('');
  const listed = await operator(dataDir, ['account', 'list'], { DEMO: '0' });
  expect(listed.stdout).toContain('Alone');
  expect(existsSync(join(dataDir, 'demo.json'))).toBe(false);
});

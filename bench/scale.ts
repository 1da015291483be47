/**
 * `npm run bench:scale`: the pages of a provider of 200,000 accounts and 1,000,000 certificates beside those of one with
 * the demo's two accounts: two portals on one PostgreSQL, asked in turn over one connection each, from the request to
 * the first byte. Each line also has the processor time of a request, portal and database: on a machine that is busy
 * with more, only that is ours. ACCOUNTS and REQUESTS change its size, and ONLY keeps what has a text in its name.
 */
import { X509Certificate } from 'node:crypto';
import { Agent, request } from 'node:http';
import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type BrowserContext, chromium } from 'playwright';
import build from '../e2e/support/build';
import { signIn } from '../e2e/support/test';
import { freePorts, newDataDir, startTree, stopTree, type Tree } from '../e2e/support/tree';
import { opensslCsr } from '../lib/start-up/testing';
import { startPrivatePostgres } from '../scripts/postgres';
import { ensureTools, findChromium } from '../scripts/testing/tools';
import { seedBusyAccount } from './busy-account';
import { formOf, multipart } from './form';
import { nth, PER_ACCOUNT, seedLargeProvider } from './large-provider';
import { processorMs } from './processor-time';
import { BUSY_WORDS, type Known, MEASURED, type Measured, type Place } from './scale-pages';

const ACCOUNTS = Number(process.env.ACCOUNTS ?? 200_000);
const REQUESTS = Number(process.env.REQUESTS ?? 100);
const WARM_UP = 10;
type Side = {
  tree: Tree;
  agent: Agent;
  headers: Record<Measured['as'], Record<string, string>>;
  place: Place;
  /** What names the action behind support's box. */
  searchForm: string[][];
};

const accountOf = (n: number) => Math.abs(n * 7919) % ACCOUNTS;

const wanted = MEASURED.filter(({ name }) => name.includes(process.env.ONLY ?? ''));
ensureTools();
await build();
const postgres = await startPrivatePostgres({ fsync: 'on' });
const [small, large] = [await side('small'), await side('large')];
try {
  for (const one of wanted) await compare(one);
} finally {
  for (const { tree } of [small, large]) await stopTree(tree);
  await postgres.stop();
}

async function side(size: 'small' | 'large'): Promise<Side> {
  const databaseUrl = await postgres.createDatabase(size);
  const env = { DATABASE_URL: databaseUrl, DEMO: '1' };
  const tree = await startTree({ dataDir: newDataDir(), ports: await freePorts(), env });
  await issueOne(tree);
  if (size === 'large') await fill(databaseUrl);
  const place = await placeOf(databaseUrl, size);
  const headers = {
    admin: { cookie: await cookieOf(tree, 'admin') },
    support: { cookie: await cookieOf(tree, 'support') },
    key: { authorization: `Bearer ${tree.demo.apiKey}` },
  };
  const searchForm = await formOf(`${tree.demo.portalUrl}/support`, headers.support);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return { tree, agent, headers, place, searchForm };
}

async function fill(databaseUrl: string): Promise<void> {
  const started = performance.now();
  await seedLargeProvider(databaseUrl, ACCOUNTS);
  const accountId = await demoAccount(databaseUrl);
  await seedBusyAccount(databaseUrl, { accountId, accounts: ACCOUNTS });
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const number = (count: number) => count.toLocaleString('en');
  console.log(
    `${number(ACCOUNTS)} accounts, ${number(ACCOUNTS * PER_ACCOUNT)} certificates, and ${BUSY_WORDS}: written in ${seconds} s`,
  );
  await printSizes(databaseUrl);
}

/** What every index of the two tables that issuing writes to takes on disk. */
async function printSizes(databaseUrl: string): Promise<void> {
  const rows = await queried(
    databaseUrl,
    `SELECT indexrelname AS name, pg_relation_size(indexrelid) / 1e6 AS megabytes
      FROM pg_stat_user_indexes WHERE relname IN ('audit_event', 'certificate') ORDER BY 2 DESC`,
  );
  for (const { name, megabytes } of rows)
    console.log(`  ${name} ${Number(megabytes).toFixed(0)} MB`);
}

async function placeOf(databaseUrl: string, size: 'small' | 'large'): Promise<Place> {
  const busy = await demoAccount(databaseUrl);
  if (size === 'small') {
    // Finds nothing here, and asks the same.
    const known = {
      serialHex: '4A'.repeat(16),
      fingerprint: 'AB'.repeat(32),
      spki: 'CD'.repeat(32),
    };
    return { busy, average: () => busy, known: () => ({ ...known, pem: known.fingerprint }) };
  }
  const sampled = Array.from({ length: REQUESTS + WARM_UP }, (_, n) => accountOf(n - WARM_UP));
  const rows = await queried(
    databaseUrl,
    `SELECT id, serial_hex, sha256_fingerprint, spki_sha256, der FROM certificate WHERE id = ANY($1)`,
    [sampled.map((n) => nth('crt', n * PER_ACCOUNT))],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const known = (n: number): Known => {
    const row = byId.get(nth('crt', n * PER_ACCOUNT));
    return {
      serialHex: row.serial_hex,
      fingerprint: row.sha256_fingerprint,
      spki: row.spki_sha256,
      pem: new X509Certificate(row.der).toString(),
    };
  };
  return { busy, average: (n) => nth('acc', n), known };
}

async function demoAccount(databaseUrl: string): Promise<string> {
  const [row] = await queried(
    databaseUrl,
    `SELECT id FROM account WHERE name = 'Meridian Freight'`,
  );
  return row.id;
}

async function queried(databaseUrl: string, text: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query(text, values);
  await client.end();
  return rows;
}

async function issueOne({ demo }: Tree): Promise<void> {
  const response = await fetch(`${demo.portalUrl}/api/v1/certificates`, {
    method: 'POST',
    headers: { authorization: `Bearer ${demo.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ csr: opensslCsr().csr, environment: 'production' }),
  });
  if (response.status !== 201) throw new Error(`issuing answered ${response.status}`);
}

async function cookieOf({ demo }: Tree, role: string): Promise<string> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('Chromium was not found');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const context: BrowserContext = await browser.newContext();
  await signIn(await context.newPage(), demo, role);
  const cookies = await context.cookies(demo.portalUrl);
  await browser.close();
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

async function compare(one: Measured): Promise<void> {
  const { name, boundMs, seldom } = one;
  const times = { small: [] as number[], large: [] as number[] };
  let spentMs = 0;
  const warmUp = seldom ? 1 : WARM_UP;
  for (let n = -warmUp; n < (seldom?.times ?? REQUESTS); n += 1) {
    if (seldom) await pause(seldom.apartMs);
    const took = {
      small: await firstByte(small, one, accountOf(n)),
      large: 0,
    };
    const before = processorOf(large);
    took.large = await firstByte(large, one, accountOf(n));
    if (n < 0) continue;
    spentMs += processorOf(large) - before;
    times.small.push(took.small);
    times.large.push(took.large);
  }
  const p95 = { small: percentile(times.small, 0.95), large: percentile(times.large, 0.95) };
  const p50 = { small: percentile(times.small, 0.5), large: percentile(times.large, 0.5) };
  console.log(
    `${p95.large <= boundMs ? 'ok    ' : 'MISSED'} ${name}: p50 ${p50.large.toFixed(1)} ms, p95 ${p95.large.toFixed(1)} ms (bound ${boundMs}); processor ${(spentMs / times.large.length).toFixed(0)} ms; small p50 ${p50.small.toFixed(1)}, p95 ${p95.small.toFixed(1)}; ratio of p50 ${(p50.large / p50.small).toFixed(2)}; load ${(loadavg()[0] ?? 0).toFixed(1)}`,
  );
}

/** Of its portal and of the database: what a request takes, whatever else the machine has to do meanwhile. */
function processorOf({ tree }: Side): number {
  return processorMs(tree.pid) + processorMs(postgres.pid);
}

/** A key that asks faster than it may is asked for patience, which is not counted. */
async function firstByte(side: Side, one: Measured, n: number): Promise<number> {
  const path = one.path(n, side.place);
  const typed = one.typed?.(n, side.place);
  const form = typed ? multipart([...side.searchForm, ['q', typed]]) : null;
  for (;;) {
    const { status, took, retryAfterSeconds } = await asked(side, { as: one.as, path, form });
    if (status < 400) return took;
    if (status !== 429) throw new Error(`${path} answered ${status}`);
    await pause(retryAfterSeconds * 1_000);
  }
}

type Asked = { as: Measured['as']; path: string; form: ReturnType<typeof multipart> | null };

function asked({ tree, agent, headers }: Side, { as, path, form }: Asked) {
  const { portalUrl } = tree.demo;
  const started = performance.now();
  return new Promise<{ status: number; took: number; retryAfterSeconds: number }>(
    (resolve, reject) => {
      const sending = form ? { 'content-type': form.type, origin: portalUrl } : {};
      const options = {
        ...{ agent, method: form ? 'POST' : 'GET' },
        headers: { ...headers[as], ...sending },
      };
      const sent = request(`${portalUrl}${path}`, options, (response) => {
        let took = 0;
        response.once('data', () => {
          took = performance.now() - started;
        });
        response.resume();
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            took: took || performance.now() - started,
            retryAfterSeconds: Number(response.headers['retry-after'] ?? 1),
          }),
        );
      });
      sent.once('error', reject);
      sent.end(form?.body);
    },
  );
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

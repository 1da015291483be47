/**
 * `npm run bench:scale`: the pages of a provider of 200,000 accounts and 1,000,000 certificates beside those of one with
 * the demo's two accounts: two portals on one PostgreSQL, asked in turn over one connection each, from the request to
 * the first byte. ACCOUNTS and REQUESTS change its size.
 */
import { Agent, request } from 'node:http';
import { type BrowserContext, chromium } from 'playwright';
import build from '../e2e/support/build';
import { signIn } from '../e2e/support/test';
import { freePorts, newDataDir, startTree, stopTree, type Tree } from '../e2e/support/tree';
import { opensslCsr } from '../lib/start-up/testing';
import { startPrivatePostgres } from '../scripts/postgres';
import { ensureTools, findChromium } from '../scripts/testing/tools';
import {
  addressOf,
  emailOf,
  nth,
  PER_ACCOUNT,
  requestIdOf,
  seedLargeProvider,
} from './large-provider';

const ACCOUNTS = Number(process.env.ACCOUNTS ?? 200_000);
const REQUESTS = Number(process.env.REQUESTS ?? 100);
const WARM_UP = 10;
const BOUND_MS = { search: 100, list: 80 };

type Side = { tree: Tree; agent: Agent; cookies: Record<string, string> };
type Measured = { name: string; as: 'admin' | 'support'; path(n: number): string; bound: number };

const SEARCHES: Record<string, (n: number) => string> = {
  'e-mail': emailOf,
  'account name': (n) => `Company ${n}`,
  'account id': (n) => nth('acc', n),
  'certificate id': (n) => nth('crt', n * PER_ACCOUNT),
  'request id': requestIdOf,
  'IP address': addressOf,
  'API client': (n) => `company-${n}-billing`,
};
const LISTS: Record<string, Measured['as']> = {
  '/': 'admin',
  '/certificates': 'admin',
  '/api-clients': 'admin',
  '/activity': 'admin',
  '/activity/changes': 'admin',
  '/accounts': 'support',
  '/support/fleet': 'support',
};
const measured: readonly Measured[] = [
  ...Object.entries(SEARCHES).map(([name, words]) => ({
    name: `search: ${name}`,
    as: 'support' as const,
    path: (n: number) => `/support?q=${encodeURIComponent(words(n))}`,
    bound: BOUND_MS.search,
  })),
  ...Object.entries(LISTS).map(([path, as]) => ({
    name: path,
    as,
    path: () => path,
    bound: BOUND_MS.list,
  })),
];

ensureTools();
await build();
const postgres = await startPrivatePostgres({ fsync: 'on' });
const [small, large] = [await side('small'), await side('large')];
try {
  for (const one of measured) await compare(one);
} finally {
  for (const { tree } of [small, large]) await stopTree(tree);
  await postgres.stop();
}

async function side(size: 'small' | 'large'): Promise<Side> {
  const databaseUrl = await postgres.createDatabase(size);
  const env = { DATABASE_URL: databaseUrl, DEMO: '1' };
  const tree = await startTree({ dataDir: newDataDir(), ports: await freePorts(), env });
  await issueOne(tree);
  if (size === 'large') {
    const started = performance.now();
    await seedLargeProvider(databaseUrl, ACCOUNTS);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const number = (count: number) => count.toLocaleString('en');
    console.log(
      `${number(ACCOUNTS)} accounts and ${number(ACCOUNTS * PER_ACCOUNT)} certificates written in ${seconds} s`,
    );
  }
  const cookies: Record<string, string> = {};
  for (const role of ['admin', 'support']) cookies[role] = await cookieOf(tree, role);
  return { tree, agent: new Agent({ keepAlive: true, maxSockets: 1 }), cookies };
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

async function compare({ name, as, path, bound }: Measured): Promise<void> {
  const times = { small: [] as number[], large: [] as number[] };
  for (let n = -WARM_UP; n < REQUESTS; n += 1) {
    const asked = path(Math.abs(n * 7919) % ACCOUNTS);
    const took = {
      small: await firstByte(small, as, asked),
      large: await firstByte(large, as, asked),
    };
    if (n < 0) continue;
    times.small.push(took.small);
    times.large.push(took.large);
  }
  const p95 = { small: percentile(times.small, 0.95), large: percentile(times.large, 0.95) };
  const p50 = { small: percentile(times.small, 0.5), large: percentile(times.large, 0.5) };
  console.log(
    `${p95.large <= bound ? 'ok    ' : 'MISSED'} ${name}: p50 ${p50.large.toFixed(1)} ms, p95 ${p95.large.toFixed(1)} ms (bound ${bound}); small p50 ${p50.small.toFixed(1)}, p95 ${p95.small.toFixed(1)}; ratio of p50 ${(p50.large / p50.small).toFixed(2)}`,
  );
}

function firstByte({ tree, agent, cookies }: Side, as: string, path: string): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { cookie: cookies[as] ?? '' };
    const sent = request(`${tree.demo.portalUrl}${path}`, { agent, headers }, (response) => {
      let took = 0;
      response.once('data', () => {
        took = performance.now() - started;
      });
      response.resume();
      response.once('end', () => resolve(took || performance.now() - started));
      const status = response.statusCode ?? 0;
      if (status >= 400) reject(new Error(`${path} answered ${status}`));
    });
    sent.once('error', reject);
    sent.end();
  });
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

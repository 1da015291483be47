/**
 * `npm run bench:web`: what a page costs a person on a phone. Lighthouse's mobile preset, compressed script beyond an
 * empty page of the same build, and the server's time to first byte beside that of the empty page.
 */
import { request } from 'node:http';
import lighthouse, { type RunnerResult as Result } from 'lighthouse';
import { type BrowserContext, chromium } from 'playwright';
import build from '../e2e/support/build';
import { liveIn } from '../e2e/support/lived-in';
import { signIn } from '../e2e/support/test';
import { freePorts, newDataDir, startTree, stopTree } from '../e2e/support/tree';
import { freePort, startPrivatePostgres } from '../scripts/postgres';
import { ensureTools, findChromium } from '../scripts/testing/tools';

type Bound = { name: string; value: number; bound: number; holds: 'at least' | 'at most' };

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const REQUESTS = 200;
const SCORE_BOUND = 98;
const LCP_BOUND_MS = 1_500;
const SCRIPT_BOUND_KB = { overview: 60, other: 90 };
const FIRST_BYTE_BOUND_MS = 30;

ensureTools();
await build();
const postgres = await startPrivatePostgres({ fsync: 'on' });
const databaseUrl = await postgres.createDatabase('web');
const tree = await startTree({
  dataDir: newDataDir(),
  ports: await freePorts(),
  env: { DATABASE_URL: databaseUrl, DEMO: '1', DESIGN_PAGE: '1' },
});
const { portalUrl } = tree.demo;
const debugPort = await freePort();
const bounds: Bound[] = [];
try {
  const { certificateId } = await liveIn(tree.demo, databaseUrl);
  const pages = {
    overview: '/',
    'new certificate': '/certificates/new',
    detail: `/certificates/${certificateId}`,
    connect: '/connect',
  };
  const visitor = await newBrowser();
  await lighthouseOf('sign-in', '/sign-in');
  await visitor.close();
  const browser = await newBrowser();
  const page = await browser.newPage();
  await signIn(page, tree.demo, 'admin');
  for (const [name, path] of Object.entries(pages)) await lighthouseOf(name, path);
  await scripts(browser, { 'sign-in': '/sign-in', ...pages });
  await firstByte(browser);
  await browser.close();
} finally {
  await stopTree(tree);
  await postgres.stop();
}
process.stdout.write('\n');
for (const { name, value, bound, holds } of bounds) {
  const ok = holds === 'at least' ? value >= bound : value <= bound;
  process.stdout.write(`${ok ? 'ok    ' : 'MISSED'} ${name}: ${value} (${holds} ${bound})\n`);
}

/** The default context of a browser is the one Lighthouse opens its tabs in. */
async function newBrowser(): Promise<BrowserContext> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('Chromium was not found');
  const args = ['--no-sandbox', '--disable-quic', `--remote-debugging-port=${debugPort}`];
  return chromium.launchPersistentContext('', { executablePath, args });
}

async function lighthouseOf(name: string, path: string): Promise<void> {
  const runs: Result['lhr'][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const result = await lighthouse(`${portalUrl}${path}`, {
      port: debugPort,
      output: 'json',
      logLevel: 'error',
      onlyCategories: ['performance', 'accessibility', 'best-practices'],
    });
    if (!result || result.lhr.runtimeError) throw new Error(result?.lhr.runtimeError?.message);
    runs.push(result.lhr);
  }
  const category = (id: string) => {
    const scores = runs.map((run) => Math.round((run.categories[id]?.score ?? 0) * 100));
    bounds.push({
      name: `${name}: ${id}`,
      value: median(scores),
      bound: SCORE_BOUND,
      holds: 'at least',
    });
    return `${id} ${median(scores)} (${Math.min(...scores)}-${Math.max(...scores)})`;
  };
  const metric = (id: string) => median(runs.map((run) => run.audits[id]?.numericValue ?? 0));
  const lcp = Math.round(metric('largest-contentful-paint'));
  bounds.push({ name: `${name}: LCP, ms`, value: lcp, bound: LCP_BOUND_MS, holds: 'at most' });
  const scores = ['performance', 'accessibility', 'best-practices'].map(category).join(', ');
  const shift = metric('cumulative-layout-shift').toFixed(3);
  const blocked = Math.round(metric('total-blocking-time'));
  const fcp = Math.round(metric('first-contentful-paint'));
  process.stdout.write(
    `${name}: ${scores}; FCP ${fcp} ms, LCP ${lcp} ms, blocked ${blocked} ms, shift ${shift}\n`,
  );
  for (const audit of Object.values(runs[0]?.audits ?? {})) {
    if (audit.score !== null && audit.score < 0.9 && process.env.WHY) {
      process.stdout.write(`    ${audit.id} ${audit.displayValue ?? ''}\n`);
    }
  }
}

async function scripts(browser: BrowserContext, pages: Record<string, string>): Promise<void> {
  const empty = await scriptBytes(browser, '/design/empty');
  process.stdout.write(`\nscript of an empty page: ${kilobytes(empty)} KB compressed\n`);
  for (const [name, path] of Object.entries(pages)) {
    const beyond = kilobytes((await scriptBytes(browser, path)) - empty);
    const bound = name === 'overview' ? SCRIPT_BOUND_KB.overview : SCRIPT_BOUND_KB.other;
    bounds.push({ name: `${name}: script beyond it, KB`, value: beyond, bound, holds: 'at most' });
    process.stdout.write(`${name}: ${beyond} KB beyond it\n`);
  }
}

/** Bytes on the wire of every script that a page loads by itself, in a browser that knows nothing yet. */
async function scriptBytes(browser: BrowserContext, path: string): Promise<number> {
  const page = await browser.newPage();
  const session = await browser.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  const scripts = new Set<string>();
  let bytes = 0;
  session.on('Network.responseReceived', ({ requestId, response }) => {
    if (response.mimeType.includes('javascript')) scripts.add(requestId);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await page.goto(`${portalUrl}${path}`, { waitUntil: 'networkidle' });
  await page.close();
  return bytes;
}

/** One request after another on one connection: the two pages in turn, so that both see the same machine. */
async function firstByte(browser: BrowserContext): Promise<void> {
  const cookies = await browser.cookies(portalUrl);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const times: Record<'overview' | 'empty', number[]> = { overview: [], empty: [] };
  for (let round = 0; round < REQUESTS; round += 1) {
    times.overview.push(await timeToFirstByte('/', cookie));
    times.empty.push(await timeToFirstByte('/design/empty', cookie));
  }
  const overview = median(times.overview);
  const empty = median(times.empty);
  const text = (values: number[]) =>
    `p50 ${median(values).toFixed(1)} ms, p95 ${percentile(values, 0.95).toFixed(1)} ms`;
  process.stdout.write(
    `\nfirst byte: overview ${text(times.overview)}; empty page ${text(times.empty)}; ratio ${(overview / empty).toFixed(2)}\n`,
  );
  bounds.push({
    name: 'overview: time to first byte p50, ms',
    value: Number(overview.toFixed(1)),
    bound: FIRST_BYTE_BOUND_MS,
    holds: 'at most',
  });
}

function timeToFirstByte(path: string, cookie: string): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(`${portalUrl}${path}`, { headers: { cookie } }, (response) => {
      response.once('data', () => resolve(performance.now() - started));
      response.resume();
      if (response.statusCode !== 200) reject(new Error(`${path} answered ${response.statusCode}`));
    });
    sent.once('error', reject);
    sent.end();
  });
}

function median(values: number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 102.4) / 10;
}

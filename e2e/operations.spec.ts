/** What a deployment leaves behind: no secret, one request id all the way, and no answer broken off when it stops. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from 'playwright/test';
import { OPERATIONS, type Operation } from '../lib/contract/operations';
import { type Collector, openCollector, pathOf, type SentSpan } from '../lib/telemetry/testing';
import { canary, databaseDump, mails, type Places, placesOf } from './support/canary';
import { type Rest, rest } from './support/rest';
import { curl, newFolder, newRequest } from './support/shell';
import { apiClient, SOON, signIn } from './support/test';
import {
  endLeftovers,
  freePorts,
  newDataDir,
  processesOf,
  startTree,
  type Tree,
} from './support/tree';

const SUBJECT = '/C=US/ST=California/L=Oakland/O=Meridian Freight/CN=';
const TEST_PATH = '/connection/v1/testauthentication';

const sent = {
  password: canary('password'),
  bearer: canary('bearer'),
  cookie: canary('cookie'),
  idempotencyKey: canary('idempotency'),
  query: canary('query'),
  clientPassword: canary('client-password'),
  metricsToken: canary('metrics'),
  ssoSecret: canary('sso'),
  accountSsoSecret: canary('account-sso'),
  collectorToken: canary('collector'),
};
const label = canary('label');

// One deployment is used, stopped, and what it left is searched.
test.describe.configure({ mode: 'serial' });
let tree: Tree;
let collector: Collector;
let api: Rest;
let privateKey: string;
let html: string;
let session: string;
let totpSeed: string;
let resetToken: string;
let answers: string;

test.beforeAll(async () => {
  collector = await openCollector();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer%20${sent.collectorToken}`,
    LOG_LEVEL: 'debug',
    METRICS_TOKEN: sent.metricsToken,
    SSO_ISSUER: 'http://127.0.0.1:9',
    SSO_CLIENT_ID: 'countersign',
    SSO_CLIENT_SECRET: sent.ssoSecret,
  };
  tree = await startTree({ dataDir: newDataDir(), ports: await freePorts(), env });
  api = rest(tree.demo.portalUrl, tree.demo.apiKey);
});
test.afterAll(async () => {
  endLeftovers();
  await collector.close();
});

test('a request id names one call at the edge and in its report, and one request in its answer and in the trail', async () => {
  const { mtlsUrl, caFile } = tree.demo.edges.sandbox;
  const user = apiClient(tree.demo, 'sandbox');
  const call = await curl({ url: mtlsUrl + TEST_PATH, caFile, user });
  const { requestId } = JSON.parse(call.body);
  expect(requestId).toMatch(/^\S{8,}$/);
  await expect
    .poll(async () => JSON.stringify((await api('GET', '/activity/refusals')).json), SOON)
    .toContain(requestId);

  const csr = await newRequest(newFolder(), 'traced', `${SUBJECT}traced.meridian.example`);
  const issued = await api('POST', '/certificates', { csr, environment: 'sandbox' });
  const id = issued.headers.get('x-request-id') ?? '';
  expect(await actionsOf(id)).toEqual(['certificate.issued', 'certificate.requested']);
  await expect.poll(() => pathsOf(id), SOON).toContainEqual(SIGNED);
});

test('what an edge asks of the portal has a trace of its own, and the portal says which', async () => {
  const asked = () => {
    const spans = collector.spans();
    const ofEdge = new Set(
      spans.filter(({ service }) => service === 'countersign-edge').map(({ spanId }) => spanId),
    );
    return spans.filter(({ links }) => links.some(({ spanId }) => ofEdge.has(spanId)));
  };
  await expect
    .poll(() => asked().map(({ service, name }) => `${service}: ${name}`), SOON)
    .toContain('countersign-portal: executing api route (app) /api/edge/v1/reports');
});

test('secrets are sent wherever a client may put one', async ({ browser }) => {
  const folder = newFolder();
  const csr = await newRequest(folder, 'canary', `${SUBJECT}canary.meridian.example`);
  const key = readFileSync(join(folder, 'canary.key'), 'utf8');
  privateKey = key.split('\n')[1] ?? '';
  const headers = { 'Idempotency-Key': sent.idempotencyKey };
  const issued = await api(
    'POST',
    '/certificates',
    { csr, environment: 'sandbox', label },
    headers,
  );
  expect(issued.status).toBe(201);
  ({ html, session, totpSeed } = await walkPages(browser, `${key}${csr}`));
  answers = await callEverything(`${key}${csr}`);
  for (const { standardUrl, mtlsUrl, caFile } of Object.values(tree.demo.edges)) {
    for (const url of [standardUrl, mtlsUrl]) {
      const user = `erp:${sent.clientPassword}`;
      const extra = ['-H', `Cookie: a=${sent.cookie}`];
      await curl({ url: `${url}${TEST_PATH}?token=${sent.query}`, caFile, user, extra });
    }
  }
  await expect.poll(() => mails(tree.dataDir), SOON).toContain(label);
  const link = /\/reset\?token=(?:3D)?([\w-]{20,})/;
  await expect.poll(() => mails(tree.dataDir).replaceAll('=\n', ''), SOON).toMatch(link);
  resetToken = link.exec(mails(tree.dataDir).replaceAll('=\n', ''))?.[1] ?? '';
  await expect.poll(() => tree.log(), SOON).toContain('signed a checkpoint');
});

test('a portal that is stopped answers what it had begun, takes nothing new, and ends with 0', async () => {
  const csr = await newRequest(newFolder(), 'slow', `${SUBJECT}slow.meridian.example`);
  const slow = await halfSent(JSON.stringify({ csr }));
  process.kill(tree.pid, 'SIGTERM');
  await expect.poll(() => refusesNew(tree.demo.portalUrl), SOON).toBe(true);
  expect(await slow.finish()).toBe(200);
  expect(await tree.ended).toBe(0);
  expect(processesOf(tree.dataDir)).toEqual([]);
});

test('T23: no secret that was sent to any address is in a log, the database, a page, an answer or a mail', async () => {
  const { dataDir, demo } = tree;
  const database = await databaseDump(dataDir);
  const log = tree.log();
  const traces = collector.text();
  const places: Places = { log, database, mails: mails(dataDir), pages: html, answers, traces };
  // Where nothing could be found, finding nothing would say nothing.
  expect(placesOf(label, places)).toEqual(['database', 'mails', 'pages', 'answers']);
  expect(placesOf('signed a checkpoint', places)).toEqual(['log']);
  expect(placesOf('GET /certificates/new', places)).toEqual(['traces']);
  // Patterns, not addresses: whose certificate was looked at is nobody's business there.
  expect(traces).not.toMatch(/(crt|acc|key|usr)_[0-9a-z]{26}|@meridian/);
  const spans = collector.spans();
  const looks = spans.filter(({ name }) => name === 'SELECT account_security');
  expect(looks.map((span) => pathOf(span, spans))).toContainEqual([
    'countersign-portal: SELECT account_security',
    'countersign-portal: transaction',
    'countersign-portal: render route (app) /certificates/new',
    'countersign-portal: GET /certificates/new',
  ]);
  const secrets = {
    ...sent,
    privateKey,
    session,
    totpSeed,
    resetToken,
    edgeToken: readFileSync(join(dataDir, 'edge-token'), 'utf8').trim(),
    passphrase: readFileSync(join(dataDir, 'portal-passphrase'), 'utf8').trim(),
    apiKey: demo.apiKey,
    ...Object.fromEntries(demo.users.map((user) => [`password of ${user.role}`, user.password])),
    'password of an API client': demo.apiClients[0]?.password ?? '',
  };
  const found = Object.entries(secrets).flatMap(([name, secret]) => {
    expect(secret.length, name).toBeGreaterThan(7);
    return placesOf(secret, places).map((place) => `${name} in ${place}`);
  });
  // A repeat is known by its key, and a link is in the mail that brings it. An address that is nowhere is said back to whoever asked for it, and to nobody else.
  const allowed = ['idempotencyKey in database', 'resetToken in mails', 'query in answers'];
  expect(found.filter((one) => !allowed.includes(one))).toEqual([]);
  // A line that is none of ours is a surprise to whoever reads the log by program.
  for (const line of log.trimEnd().split('\n')) {
    expect(() => JSON.parse(line), line).not.toThrow();
  }
});

const REQUEST = 'countersign-portal: POST /api/v1/certificates';
/** From the signer to the front, through Next. */
const SIGNED = [
  'countersign-signer: sign a certificate',
  'countersign-portal: signer: certificate',
  'countersign-portal: issue a certificate',
  'countersign-portal: executing api route (app) /api/v1/certificates',
  REQUEST,
];

/** Of every span of the request, its name and those above it; a collector has them when the batches are sent. */
function pathsOf(requestId: string): string[][] {
  const spans = collector.spans();
  const isRequest = ({ attributes }: SentSpan) =>
    attributes['countersign.request_id'] === requestId;
  const traceId = spans.find(isRequest)?.traceId;
  return spans.filter((span) => span.traceId === traceId).map((span) => pathOf(span, spans));
}

async function actionsOf(requestId: string): Promise<unknown[]> {
  const { json } = await api('GET', `/audit-events?requestId=${requestId}`);
  const items = Array.isArray(json.items) ? json.items : [];
  return items.map((item) => Object(item).action);
}

/** A check of a signing request of which the server has the head and waits for the rest. */
async function halfSent(body: string): Promise<{ finish(): Promise<number> }> {
  const { demo } = tree;
  const half = request(`${demo.portalUrl}/api/v1/csr-checks`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${demo.apiKey}`,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      Expect: '100-continue',
    },
  });
  const status = new Promise<number>((resolve, reject) => {
    half.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    half.once('error', reject);
  });
  // The server says so when the request is in its hands.
  const begun = new Promise<void>((resolve) => half.once('continue', resolve));
  half.flushHeaders();
  await begun;
  return {
    finish() {
      half.end(body);
      return status;
    },
  };
}

async function refusesNew(portalUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${portalUrl}/healthz`)).status === 503;
  } catch {
    return true;
  }
}

/** Every operation, and addresses that are none, with secrets wherever a client may put one. */
async function callEverything(pasted: string): Promise<string> {
  const { demo } = tree;
  const texts: string[] = [];
  const body = JSON.stringify({ csr: pasted, environment: 'sandbox', reason: 'unspecified' });
  const operations = Object.values<Operation>(OPERATIONS).map(({ method, path }) => ({
    method,
    path,
  }));
  const others = [
    '/api/edge/v1/snapshot',
    '/api/edge/v1/enrolment',
    '/api/edge/v1/reports',
    '/metrics',
  ];
  const pages = ['/icon.svg', '/readyz', '/nothing', '/pki/bundle.pem', '/activity/changes/export'];
  const calls = [
    ...operations,
    ...others.map((path) => ({ method: 'POST', path })),
    ...pages.map((path) => ({ method: 'GET', path })),
  ];
  for (const { method, path } of calls) {
    for (const bearer of [sent.bearer, demo.apiKey, sent.metricsToken]) {
      const url = `${demo.portalUrl}${path.replaceAll(/\{\w+\}/g, 'sandbox')}?token=${sent.query}`;
      const response = await fetch(url, {
        method,
        redirect: 'manual',
        headers: {
          Authorization: `Bearer ${bearer}`,
          Cookie: `__Host-session=${sent.cookie}; next-auth.session-token=${sent.cookie}`,
          'Idempotency-Key': sent.idempotencyKey,
          'Content-Type': 'application/json',
        },
        ...(method === 'GET' ? {} : { body }),
      });
      texts.push(await response.text());
    }
  }
  const listed = await api('GET', '/certificates');
  return [...texts, JSON.stringify(listed.json)].join('\n');
}

/** Without scripts, so that what a page says was made by the server. */
async function walkPages(
  browser: Browser,
  pasted: string,
): Promise<{ html: string; session: string; totpSeed: string }> {
  const { demo } = tree;
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const seen: string[] = [];
  const look = async (open: Page) => void seen.push(await open.content());
  const [user] = demo.users;
  await page.goto(`${demo.portalUrl}/sign-in`);
  await page.getByLabel('Email').fill(user?.email ?? '');
  await page.getByLabel('Password').fill(sent.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/sign-in/);
  await look(page);
  await signIn(page, demo, user?.role ?? '');
  await page.goto(`${demo.portalUrl}/certificates/new`);
  await page.getByLabel('Certificate signing request').fill(pasted);
  await page
    .getByRole('button', { name: /^(Check|Issue)/ })
    .last()
    .click();
  await page.waitForLoadState();
  await look(page);
  for (const path of [
    '/',
    '/certificates',
    '/activity/changes',
    '/api-keys',
    '/outbox',
    '/profile',
  ]) {
    await page.goto(demo.portalUrl + path);
    await look(page);
  }
  await page.goto(`${demo.portalUrl}/security`);
  await page.getByLabel('Issuer').fill('http://127.0.0.1:9');
  await page.getByLabel('Client id').fill('countersign');
  await page.getByLabel('Client secret').fill(sent.accountSsoSecret);
  await page.getByRole('button', { name: 'Save' }).last().click();
  await page.waitForLoadState();
  await look(page);
  // The one page that shows the seed is not among those that may not.
  await page.goto(`${demo.portalUrl}/profile`);
  await page.getByRole('button', { name: 'Set up an app' }).click();
  const shown = await page.locator('.qr-beside .hex').innerText();
  await page.goto(`${demo.portalUrl}/forgotten`);
  await page.getByLabel('Email').fill(demo.users[1]?.email ?? '');
  await page.getByRole('button').last().click();
  await page.waitForLoadState();
  await look(page);
  const cookies = await context.cookies();
  const cookie = cookies.find(({ name }) => name.includes('session'))?.value ?? '';
  await context.close();
  return { html: seen.join('\n'), session: cookie, totpSeed: shown.replaceAll(/\s/g, '') };
}

/** The live panel, the status line, and the public documents, against real processes and real calls. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { rest } from './support/rest';
import { type Credential, curl, newFolder, newRequest } from './support/shell';
import { apiClient, expect, signIn, test } from './support/test';
import {
  type Account,
  commandOf,
  type Demo,
  freePorts,
  newDataDir,
  processesOf,
  startTree,
  stopTree,
} from './support/tree';

test.use({ copy: 'live' });

const PATH = '/connection/v1/testauthentication';

async function issued(demo: Demo, account: Account, environment: string): Promise<Credential> {
  const folder = newFolder();
  const csr = await newRequest(folder, 'client', '/CN=live.meridian.example');
  const body = { csr, environment, label: `Live ${environment}` };
  const made = await rest(demo.portalUrl, account.apiKey)('POST', '/certificates', body);
  expect(made.status).toBe(201);
  writeFileSync(join(folder, 'client.pem'), String(made.json.pem));
  return { cert: join(folder, 'client.pem'), key: join(folder, 'client.key') };
}

const panelOf = (page: Page) => page.getByRole('region', { name: 'Live calls' });

async function listen(page: Page, demo: Demo, environment: string) {
  await page.goto(`${demo.portalUrl}/connect?environment=${environment}`);
  await expect(panelOf(page).getByText('live', { exact: true })).toBeVisible();
  return panelOf(page);
}

test('the panel turns into what the edge saw, and another account sees none of it', async ({
  page,
  browser,
  tree,
}) => {
  const { demo } = tree;
  const foreign = await browser.newContext();
  const other = await foreign.newPage();
  await signIn(other, { ...demo, ...demo.secondAccount }, 'admin');
  await signIn(page, demo, 'viewer');
  const theirs = await listen(other, demo, 'sandbox');
  const panel = await listen(page, demo, 'sandbox');
  await expect(panel).toContainText('Waiting for your first call');
  const { mtlsUrl, caFile } = demo.edges.sandbox;
  const call = { url: `${mtlsUrl}${PATH}`, caFile, user: apiClient(demo, 'sandbox') };

  await test.step('a refusal, with its reason and the fix', async () => {
    expect((await curl(call)).status).toBe('403');
    await expect(
      panel.getByRole('heading', { name: 'Your first call was refused.' }),
    ).toBeVisible();
    await expect(panel).toContainText('403 certificate_required');
    await expect(panel).toContainText('Give your client both certificate and key.');
  });

  await test.step('then a call that passes, and the one after it', async () => {
    const credential = await issued(demo, demo, 'sandbox');
    await expect.poll(async () => (await curl({ ...call, credential })).status).toBe('200');
    await expect(panel.getByRole('heading', { name: /passed\.$/ })).toBeVisible();
    for (const fact of ['Live sandbox', 'TLS 1.3', '127.0.0.1', 'curl/', 'erp-sync']) {
      await expect(panel).toContainText(fact);
    }
    const request = panel.locator('dd', { hasText: 'req_' }).first();
    const first = await request.innerText();
    await curl({ ...call, credential });
    await expect(request).not.toHaveText(first);
  });

  await expect(theirs).toContainText('Waiting for your first call');
  await foreign.close();
});

test('a certificate in the wrong environment shows on the page of either', async ({
  page,
  tree,
}) => {
  const { demo } = tree;
  await signIn(page, demo, 'admin');
  const credential = await issued(demo, demo, 'sandbox');
  const panel = await listen(page, demo, 'sandbox');
  const { mtlsUrl, caFile } = demo.edges.production;
  const call = {
    url: `${mtlsUrl}${PATH}`,
    caFile,
    user: apiClient(demo, 'production'),
    credential,
  };
  await expect.poll(async () => (await curl(call)).status).toBe('403');
  await expect(panel).toContainText('A sandbox certificate was used in production');
  await expect(panel.getByRole('link', { name: 'Show the hosts of sandbox' })).toBeVisible();
});

test('T20: signing out in one tab ends the stream of another', async ({ page, context, tree }) => {
  const { demo } = tree;
  await signIn(page, demo, 'manage_mtls');
  const panel = await listen(page, demo, 'production');
  const second = await context.newPage();
  await second.goto(demo.portalUrl);
  await second.getByRole('button', { name: 'Sign out' }).click();
  await second.waitForURL(/sign-in/);
  await expect(panel).toContainText('You are signed out.', { timeout: 20_000 });
  await expect(panel.getByRole('link', { name: 'Sign in' })).toBeVisible();
});

test('a fifth tab takes the place of the first, which can take it back', async ({
  context,
  tree,
}) => {
  const { demo } = tree;
  const pages = [];
  for (let count = 0; count < 5; count += 1) {
    const page = await context.newPage();
    if (count === 0) await signIn(page, demo, 'viewer');
    await listen(page, demo, 'production');
    pages.push(page);
  }
  const [first, second] = pages;
  if (!first || !second) throw new Error('no pages');
  await expect(panelOf(first)).toContainText('Another tab listens now');
  await panelOf(first).getByRole('button', { name: 'Listen here' }).click();
  await expect(panelOf(first).getByText('live', { exact: true })).toBeVisible();
  await expect(panelOf(second)).toContainText('Another tab listens now');
});

test('the stream is for who is signed in, is not stored, and names what is wrong with a request', async ({
  page,
  tree,
}) => {
  const { demo } = tree;
  const stranger = await fetch(`${demo.portalUrl}/connect/stream?environment=sandbox`);
  expect(stranger.status).toBe(401);
  expect(await stranger.json()).toMatchObject({ code: 'unauthenticated' });
  await signIn(page, demo, 'viewer');
  const wrong = await page.request.get(`${demo.portalUrl}/connect/stream?environment=staging`);
  expect([wrong.status(), (await wrong.json()).code]).toEqual([400, 'invalid_request']);
  const [kind, stored, first] = await page.evaluate(async () => {
    const reply = await fetch('/connect/stream?environment=sandbox');
    const { value } = (await reply.body?.getReader().read()) ?? {};
    const { headers } = reply;
    return [
      headers.get('content-type'),
      headers.get('cache-control'),
      new TextDecoder().decode(value),
    ];
  });
  expect(kind).toBe('text/event-stream; charset=utf-8');
  expect(stored).toContain('no-store');
  expect(first).toMatch(/^retry: \d+\nevent: listening\ndata: \{"edges":\[".+"\]\}\n\n/);
});

test('without scripts it shows what was seen at load, and how to look again', async ({
  browser,
  tree,
}) => {
  const { demo } = tree;
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, demo, 'admin');
  await page.goto(`${demo.portalUrl}/connect?environment=sandbox`);
  await expect(panelOf(page)).toContainText('Live sandbox');
  await panelOf(page).getByRole('link', { name: 'Reload' }).click();
  await expect(panelOf(page)).toContainText('Live sandbox');
  await context.close();
});

test('an edge that does not hear of a change is named on every page until it does', async ({
  page,
  tree,
}) => {
  const { demo } = tree;
  await signIn(page, demo, 'admin');
  const status = page.locator('.edge-status');
  await expect(status).toBeEmpty();
  const edge = processesOf(tree.dataDir).find((pid) => commandOf(pid).includes('gateway/main'));
  if (edge === undefined) throw new Error('the edge was not found');
  process.kill(edge, 'SIGSTOP');
  try {
    await issued(demo, demo, 'production');
    await expect(status).toContainText(/Changes made at \d\d:\d\d UTC have not reached .+ yet/, {
      timeout: 40_000,
    });
    await page
      .getByRole('navigation')
      .getByRole('link', { name: /^Certificates/ })
      .click();
    await page.waitForURL(/\/certificates$/);
    await expect(status).toContainText('it decides by what it knew');
  } finally {
    process.kill(edge, 'SIGCONT');
  }
  await expect(status).toBeEmpty({ timeout: 40_000 });
});

test('firewall addresses and API changes are there for people, and for machines without a key', async ({
  page,
  tree,
}) => {
  const { demo } = tree;
  await signIn(page, demo, 'viewer');
  await page.goto(`${demo.portalUrl}/firewall`);
  const production = page.getByRole('region', { name: 'Production' });
  await expect(production).toContainText('127.0.0.1/32');
  await expect(production).toContainText('WEBHOOK_PRODUCTION_EGRESS');
  const json = await fetch(`${demo.portalUrl}/firewall.json`);
  expect((await json.json()).environments[0].ingress.ranges).toEqual(['127.0.0.1/32']);
  const etag = json.headers.get('etag') ?? '';
  const again = { headers: { 'If-None-Match': etag } };
  expect((await fetch(`${demo.portalUrl}/firewall.json`, again)).status).toBe(304);
  const narrow = '/firewall.txt?environment=sandbox&direction=ingress';
  const text = await (await fetch(`${demo.portalUrl}${narrow}`)).text();
  expect(text.split('\n').filter((line) => line && !line.startsWith('#'))).toEqual([
    '127.0.0.1/32',
  ]);
  expect((await fetch(`${demo.portalUrl}/firewall.txt?environment=moon`)).status).toBe(400);

  await page.goto(`${demo.portalUrl}/changes`);
  await expect(page.getByRole('article').first()).toContainText('You need to do nothing.');
  const entries = await page.evaluate(async () => {
    const feed = await (await fetch('/changes.atom')).text();
    const parsed = new DOMParser().parseFromString(feed, 'application/xml');
    if (parsed.querySelector('parsererror')) throw new Error('the feed is not well-formed');
    return parsed.querySelectorAll('entry > updated').length;
  });
  expect(entries).toBe(await page.getByRole('article').count());
});

test('a portal that goes away ends its streams at once; the page goes on by itself when it is back', async ({
  page,
}) => {
  const dataDir = newDataDir();
  const ports = await freePorts();
  const first = await startTree({ dataDir, ports });
  await signIn(page, first.demo, 'admin');
  const credential = await issued(first.demo, first.demo, 'sandbox');
  const panel = await listen(page, first.demo, 'sandbox');
  await stopTree(first);
  await expect(panel).toContainText('The connection to this portal broke.');
  await expect(panel.getByRole('link', { name: 'Reload' })).toBeVisible();
  const { demo, ...second } = await startTree({ dataDir, ports });
  const { mtlsUrl, caFile } = demo.edges.sandbox;
  const user = apiClient(demo, 'sandbox');
  const called = await curl({ url: `${mtlsUrl}${PATH}`, caFile, user, credential });
  expect(called.status).toBe('200');
  await expect(panel.getByRole('heading', { name: /passed\.$/ })).toBeVisible({ timeout: 40_000 });
  await expect(panel.getByText('live', { exact: true })).toBeVisible();
  await stopTree({ demo, ...second });
});

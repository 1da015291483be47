/** What edges saw of real calls, on the pages, over REST and in the export. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { rest } from './support/rest';
import { type Credential, curl, newFolder, newRequest } from './support/shell';
import { apiClient, expect, signIn, test } from './support/test';
import type { Demo } from './support/tree';

test.use({ copy: 'activity' });
test.describe.configure({ mode: 'serial' });

const PATH = '/connection/v1/testauthentication';

type Held = { id: string; credential: Credential };
let held: Held | null = null;

async function issued(demo: Demo): Promise<Held> {
  const folder = newFolder();
  const csr = await newRequest(folder, 'client', '/CN=erp.meridian.example');
  const body = { csr, environment: 'production', label: 'ERP primary' };
  const made = await rest(demo.portalUrl, demo.apiKey)('POST', '/certificates', body);
  expect(made.status).toBe(201);
  writeFileSync(join(folder, 'client.pem'), String(made.json.pem));
  const file = (name: string) => join(folder, name);
  return {
    id: String(made.json.id),
    credential: { cert: file('client.pem'), key: file('client.key') },
  };
}

function certificate(): Held {
  if (held === null) throw new Error('no certificate was issued');
  return held;
}

const listOf = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value : []);

test('calls of every kind are told over REST, each as what it was', async ({ tree }) => {
  const { demo } = tree;
  held = await issued(demo);
  const { credential, id } = held;
  const { mtlsUrl, standardUrl, caFile } = demo.edges.production;
  const user = apiClient(demo, 'production');
  const [name = ''] = user.split(':');
  const agent = (text: string) => ({ extra: ['-A', text] });
  const mtls = { url: `${mtlsUrl}${PATH}`, caFile, user, credential, ...agent('erp/2.1') };
  const standard = { url: `${standardUrl}${PATH}`, caFile, user, ...agent('legacy/1.0') };
  await expect.poll(async () => (await curl(mtls)).status).toBe('200');
  expect((await curl(mtls)).status).toBe('200');
  expect((await curl(standard)).status).toBe('200');
  const wrong = { ...standard, user: `${name}:not-the-password`, ...agent('=cmd()') };
  expect((await curl(wrong)).status).toBe('401');
  const stranger = apiClient(demo.secondAccount, 'production');
  expect((await curl({ ...mtls, user: stranger, ...agent('=1+1') })).status).toBe('403');

  const api = rest(demo.portalUrl, demo.apiKey);
  await expect
    .poll(async () => (await api('GET', `/certificates/${id}/traffic`)).json)
    .toMatchObject({
      passed: { day: 2, week: 2, month: 2 },
      refused: { day: 1 },
      share: { calls: 2, ofCalls: 3, others: [], withoutCertificate: 1 },
      apiClients: [{ name, calls: 2 }],
      networks: [{ network: '127.0.0.0/24', calls: 2, userAgents: ['erp/2.1'] }],
    });
  await expect
    .poll(async () => {
      const { json } = await api('GET', '/activity/connections/production');
      return listOf(json.items).find((one) => JSON.stringify(one.apiClient).includes(name));
    })
    .toMatchObject({
      connects: 'both',
      mtls: { calls: 2 },
      standard: { calls: 1 },
      unproved: { calls: 1 },
    });
  const { json } = await api('GET', `/activity/refusals?certificate=${id}`);
  expect(json).toMatchObject({
    items: [{ code: 'wrong_account', certificateId: id, apiClientName: null, userAgent: '=1+1' }],
    nextCursor: null,
  });
  const other = rest(demo.portalUrl, demo.secondAccount.apiKey);
  expect((await other('GET', `/certificates/${id}/traffic`)).status).toBe(404);
  expect((await other('GET', '/activity/refusals')).json).toMatchObject({ items: [] });
});

test('the certificate says who calls with it, and which share of the calls that is', async ({
  page,
  tree,
}) => {
  const { demo } = tree;
  await signIn(page, demo, 'viewer');
  await page.goto(`${demo.portalUrl}/certificates/${certificate().id}?tab=traffic`);
  const main = page.getByRole('main');
  await expect(main.getByRole('region', { name: 'Calls in 30 days' })).toContainText('2 passed');
  const share = main.getByRole('region', { name: 'Share of production in 7 days' });
  await expect(share).toContainText('66.7 %');
  await expect(share).toContainText('Without a certificate, at the standard host');
  await expect(main.getByRole('region', { name: 'Where the calls come from' })).toContainText(
    '127.0.0.0/24',
  );
  await expect(main.getByRole('img', { name: /2 calls passed in 30 days/ })).toBeVisible();
  await main.getByRole('link', { name: '1 refused' }).click();
  await expect(page).toHaveURL(/\/activity\?certificate=/);
  await expect(main).toContainText('Certificate and API credentials belong to different accounts.');
});

test('the API client says how it connects, and what enforcement would do to it', async ({
  page,
  tree,
}) => {
  const { demo } = tree;
  await signIn(page, demo, 'viewer');
  await page.goto(`${demo.portalUrl}/api-clients`);
  const [name = ''] = apiClient(demo, 'production').split(':');
  const production = page.getByRole('region', { name: 'Production' });
  const row = production.getByRole('row').filter({ hasText: name });
  await expect(row).toContainText('both');
  await expect(row).toContainText('Refused');
  await expect(row).toContainText('1 call named it and proved nothing');
  await expect(row).toContainText('legacy/1.0');
  await expect(row.getByRole('img', { name: '2 with mTLS, 1 without' })).toBeVisible();
  const unused = page
    .getByRole('region', { name: 'Sandbox' })
    .getByRole('row')
    .filter({ hasText: name });
  await unused.getByRole('link', { name: 'Make its first call' }).click();
  await expect(page).toHaveURL(/\/connect\?environment=sandbox/);
});

const bySummary = (page: Page, text: string) =>
  page.getByRole('main').locator('summary', { hasText: text });

test('Activity has refused calls first, each opens to what to do, and the filter is in the address', async ({
  page,
  tree,
}) => {
  const { demo } = tree;
  await signIn(page, demo, 'viewer');
  await page.goto(`${demo.portalUrl}/activity`);
  const main = page.getByRole('main');
  const titles = main.getByRole('heading', { level: 2 });
  await expect(titles).toHaveText(['Refused', 'Passed']);
  await bySummary(page, 'belong to different accounts').click();
  await expect(main).toContainText('Use both from one account.');
  await expect(main).toContainText('wrong_account');
  await bySummary(page, '2 calls with ERP primary').click();
  await expect(main).toContainText('They also pass when mTLS is enforced in production.');
  await bySummary(page, '1 call that only names your API client').click();
  await expect(main).toContainText('the API answered 401 or 403');

  await page.getByLabel('Certificate').selectOption({ label: 'ERP primary, production' });
  await page.getByRole('button', { name: 'Show calls' }).click();
  await expect(page).toHaveURL(new RegExp(`certificate=${certificate().id}`));
  await expect(bySummary(page, 'without a certificate')).toHaveCount(0);
  await main
    .getByRole('navigation', { name: 'Outcome' })
    .getByRole('link', { name: 'Passed' })
    .click();
  await expect(titles).toHaveText(['Passed']);
  await main
    .getByRole('navigation', { name: 'Environment' })
    .getByRole('link', { name: 'Sandbox' })
    .click();
  await expect(main).toContainText('No call passed in 7 days');
});

test('T23: the export is CSV in which no user agent is a formula', async ({ page, tree }) => {
  const { demo } = tree;
  await signIn(page, demo, 'viewer');
  await page.goto(`${demo.portalUrl}/activity?environment=production`);
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Refused calls as CSV' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^refused-calls-\d{4}-\d{2}-\d{2}\.csv$/);
  const response = await page.request.get(
    `${demo.portalUrl}/activity/export?environment=production`,
  );
  expect(response.headers()['content-type']).toBe('text/csv; charset=utf-8');
  const lines = (await response.text()).trimEnd().split('\r\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(`"wrong_account"`);
  expect(lines[1]).toContain(`"'=1+1"`);
});

test('without scripts the filter works, and a certificate nobody used says what will appear', async ({
  browser,
  tree,
}) => {
  const { demo } = tree;
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, demo, 'viewer');
  const csr = await newRequest(newFolder(), 'unused', '/CN=unused.meridian.example');
  const api = rest(demo.portalUrl, demo.apiKey);
  const body = { csr, environment: 'sandbox', label: 'Unused' };
  const { json } = await api('POST', '/certificates', body);
  await page.goto(`${demo.portalUrl}/certificates/${json.id}?tab=traffic`);
  await expect(page.getByRole('main')).toContainText('No call with it yet');
  await expect(page.getByRole('link', { name: 'Make the first call' })).toHaveAttribute(
    'href',
    '/connect?environment=sandbox',
  );
  await page.goto(`${demo.portalUrl}/activity`);
  await page.getByLabel('Reason').selectOption('upgrade_refused');
  await page.getByRole('button', { name: 'Show calls' }).click();
  await expect(page.getByRole('main')).toContainText('No refused call matches');
  await page.getByRole('link', { name: 'Show all calls' }).click();
  await expect(page.getByRole('main')).toContainText('different accounts');
  await context.close();
});

/** The support desk: from what a customer pasted to what to answer, and an account seen as its customers see it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { REFUSALS } from '../lib/kernel/refusals';
import { rest } from './support/rest';
import { type Credential, curl, newFolder, newRequest } from './support/shell';
import { apiClient, expect, signIn, test } from './support/test';
import type { Demo } from './support/tree';

test.use({ copy: 'support-desk' });

const PATH = '/connection/v1/testauthentication';

type Issued = Credential & { id: string; serialHex: string };

async function issued(demo: Demo, label: string): Promise<Issued> {
  const folder = newFolder();
  const csr = await newRequest(folder, 'client', '/CN=desk.meridian.example');
  const body = { csr, environment: 'sandbox', label };
  const made = await rest(demo.portalUrl, demo.apiKey)('POST', '/certificates', body);
  expect(made.status).toBe(201);
  const cert = join(folder, 'client.pem');
  writeFileSync(cert, String(made.json.pem));
  const [id, serialHex] = [String(made.json.id), String(made.json.serialHex)];
  return { cert, key: join(folder, 'client.key'), id, serialHex };
}

function callOf(demo: Demo, credential: Credential) {
  const { mtlsUrl, caFile } = demo.edges.sandbox;
  return { url: `${mtlsUrl}${PATH}`, caFile, user: apiClient(demo, 'sandbox'), credential };
}

async function look(page: Page, demo: Demo, typed: string): Promise<void> {
  await page.goto(`${demo.portalUrl}/support`);
  await page.getByRole('textbox', { name: /^Anything the customer sent/ }).fill(typed);
  await page.getByRole('button', { name: 'Find', exact: true }).click();
}

test('from a pasted certificate to its refused call, what to tell the customer, and the call that passes', async ({
  page,
  tree,
}) => {
  const { demo } = tree;
  const api = rest(demo.portalUrl, demo.apiKey);
  const old = await issued(demo, 'Desk old');
  const call = callOf(demo, old);
  await expect.poll(async () => (await curl(call)).status).toBe('200');
  await api('POST', `/certificates/${old.id}/revocation`, { reason: 'superseded' });
  await expect.poll(async () => (await curl(call)).status).toBe('403');

  await signIn(page, demo, 'support');
  await page.waitForURL(/\/support$/);
  const why = page.getByRole('region', { name: /Desk old, which was revoked/ });
  await expect(async () => {
    await look(page, demo, readFileSync(old.cert, 'utf8'));
    await expect(why).toBeVisible({ timeout: 5_000 });
  }).toPass();
  const { whatHappened, whatToDo } = REFUSALS.certificate_revoked;
  await expect(why).toContainText(`Tell them. ${whatHappened}`);
  await expect(why).toContainText(`${whatToDo} There is no live certificate in sandbox`);
  await expect(page.getByRole('region', { name: 'Timeline' })).toContainText('certificate_revoked');

  await test.step('the answer helps: with a live one the same program passes', async () => {
    const next = await issued(demo, 'Desk next');
    const mended = callOf(demo, next);
    await expect.poll(async () => (await curl(mended)).status).toBe('200');
    await expect(async () => {
      await page.reload();
      await expect(why.getByText('Desk next', { exact: true })).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await expect(why).toContainText('You have Desk next');
  });

  await test.step('a serial as openssl prints it leads to the same account', async () => {
    await look(page, demo, old.serialHex.match(/../g)?.join(':').toLowerCase() ?? '');
    await page.waitForURL(/\/support\/accounts\/acc_/);
    await expect(page.getByRole('main')).toContainText('A serial number, 16 bytes.');
    await expect(page.getByRole('heading', { name: 'Desk old', exact: true })).toBeVisible();
  });

  await test.step('T23: a private key is refused, and stands nowhere on the page', async () => {
    const key = readFileSync(old.key, 'utf8');
    await look(page, demo, key);
    await expect(page.getByRole('main').getByRole('alert')).toContainText('private key');
    expect(await page.content()).not.toContain(key.split('\n')[1]);
  });
});

test('T19: an account seen as its customers see it is read-only, on every page said so, and told to the account', async ({
  page,
  browser,
  tree,
}) => {
  const { demo } = tree;
  await signIn(page, demo, 'support');
  await look(page, demo, 'Meridian F');
  await page.getByRole('link', { name: 'View as customer' }).click();
  await page.getByLabel('Why').fill('Case 4711: the list is empty');
  await page.getByRole('button', { name: 'View as customer' }).click();
  const banner = page.getByRole('complementary', { name: 'View as customer' });
  await expect(banner).toContainText('You see Meridian Freight as its customers do.');
  for (const path of ['/certificates', '/enforcement', '/activity', '/members']) {
    await page.goto(`${demo.portalUrl}${path}`);
    await expect(banner).toContainText('To read only');
  }
  await page.goto(`${demo.portalUrl}/certificates`);
  await expect(page.getByRole('link', { name: 'New certificate' })).toHaveCount(0);
  expect((await page.goto(`${demo.portalUrl}/support`))?.status()).toBe(404);

  const customer = await browser.newContext();
  const theirs = await customer.newPage();
  await signIn(theirs, demo, 'admin');
  await theirs.goto(`${demo.portalUrl}/activity?stream=changes`);
  await expect(theirs.getByRole('main')).toContainText('Case 4711: the list is empty');
  await customer.close();

  await page.goto(`${demo.portalUrl}/`);
  await banner.getByRole('button', { name: 'End view' }).click();
  await page.waitForURL(/\/support\/accounts\/acc_/);
  await expect(banner).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Timeline' })).toContainText('stopped seeing');
});

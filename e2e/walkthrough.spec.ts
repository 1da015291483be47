/** The README's walk-through, by a real browser, openssl and curl: from a CSR to an enforced call and back. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { curl, newFolder, newRequest, openssl, run } from './support/shell';
import { apiClient, expect, SOON, signIn, test } from './support/test';

const TEST_PATH = '/connection/v1/testauthentication';
const SUBJECT = '/C=US/ST=California/L=Oakland/O=Meridian Freight/CN=erp.meridian.example';

test.use({ copy: 'walkthrough' });
test.describe.configure({ mode: 'serial' });

async function paste(page: Page, text: string): Promise<void> {
  await page.getByLabel('Certificate signing request').fill(text);
}

/** From the second line on, because the first begins alike in every key of its kind. */
function secretPartOf(pem: string): string {
  const part = (pem.split('\n')[2] ?? '').slice(0, 40);
  expect(part).toMatch(/^[A-Za-z0-9+/]{40}$/);
  return part;
}

test('from a CSR to an enforced mTLS call, and off again', async ({ page, tree }) => {
  const { demo } = tree;
  const folder = newFolder();
  const { mtlsUrl, standardUrl, caFile } = demo.edges.production;
  const user = apiClient(demo, 'production');
  const [name = ''] = user.split(':');
  const credential = { cert: join(folder, 'erp-fullchain.pem'), key: join(folder, 'erp.key') };
  const withCertificate = () => curl({ url: `${mtlsUrl}${TEST_PATH}`, caFile, user, credential });
  const column = page.getByRole('region', { name: 'Production', exact: true });
  const bare = (url: string) => curl({ url: `${url}${TEST_PATH}`, caFile, user });
  const csr = await newRequest(folder, 'erp', SUBJECT);

  await test.step('sign in as the admin and issue a certificate for the pasted CSR', async () => {
    await signIn(page, demo, 'admin');
    await page.getByRole('link', { name: 'Certificates' }).first().click();
    await page.goto(`${demo.portalUrl}/certificates/new`);
    await page.getByRole('radio', { name: /Production/ }).check();
    await paste(page, csr);
    await expect(page.getByText('Signature verifies')).toBeVisible();
    await page.getByRole('button', { name: 'Issue certificate' }).click();
    await page.waitForURL(/\/certificates\/(?!new)[^/]+$/);
    await expect(page.getByRole('main')).toContainText('erp.meridian.example');
  });

  await test.step('download the full chain, which openssl accepts for TLS clients', async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download Full chain, PEM' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^erp[^/]*fullchain\.pem$/);
    await file.saveAs(credential.cert);
    const text = await openssl(folder, ['x509', '-in', 'erp-fullchain.pem', '-noout', '-text']);
    expect(text).toContain('TLS Web Client Authentication');
    expect(text).toContain('CN = erp.meridian.example');
  });

  await test.step('before enforcement both hosts answer, the mTLS host with what it saw', async () => {
    const mtls = await withCertificate();
    expect([mtls.status, mtls.error]).toEqual(['200', '']);
    expect(mtls.body).toContain(`Hello ${name}`);
    expect((await bare(standardUrl)).status).toBe('200');
  });

  await test.step('on the mTLS host TLS ends without a certificate, before any answer', async () => {
    const called = await bare(mtlsUrl);
    expect([called.status, called.body]).toEqual(['000', '']);
    expect(called.exit).not.toBe(0);
  });

  await test.step('start a trial by typing what the page asks for: a call would be refused', async () => {
    const evidence = page.getByRole('region', { name: 'Evidence for production' });
    await expect(async () => {
      await page.goto(`${demo.portalUrl}/enforcement`);
      await expect(evidence).toContainText(`would be refused: ${name}`, { timeout: 1_000 });
    }).toPass();
    await evidence.getByLabel(/to confirm/).fill('enforce staging');
    await evidence.getByRole('button', { name: 'Start 15-minute trial' }).click();
    await expect(evidence.locator('.notice')).toBeVisible();
    expect((await bare(standardUrl)).status).toBe('200');
    await evidence.getByLabel(/to confirm/).fill('enforce production');
    await evidence.getByRole('button', { name: 'Start 15-minute trial' }).click();
    await expect(column.getByText('Enforce, on trial')).toBeVisible();
  });

  await test.step('the standard host refuses at once; the mTLS host still answers', async () => {
    await expect.poll(async () => (await bare(standardUrl)).status, SOON).toBe('403');
    const refused = JSON.parse((await bare(standardUrl)).body);
    expect(refused).toMatchObject({ status: 403, code: 'mtls_required' });
    expect((await withCertificate()).status).toBe('200');
    const ended = await bare(mtlsUrl);
    expect([ended.status, ended.body]).toEqual(['000', '']);
  });

  await test.step('confirm, which that call with the certificate has opened', async () => {
    await column.getByRole('button', { name: 'Confirm enforcement' }).click();
    await expect(column.getByRole('button', { name: /Turn off enforcement/ })).toBeVisible();
    expect((await bare(standardUrl)).status).toBe('403');
  });

  await test.step('turn it off in one step, and the standard host answers again', async () => {
    await column.getByRole('button', { name: /Turn off enforcement/ }).click();
    await expect(column.getByRole('list', { name: 'Mode: Off' })).toBeVisible();
    await expect.poll(async () => (await bare(standardUrl)).status, SOON).toBe('200');
  });
});

test('all that is wrong with a CSR is shown with its fix, and the corrected command repairs it', async ({
  page,
  tree,
}) => {
  const folder = newFolder();
  const faulty = await newRequest(
    folder,
    'faulty',
    '/C=XX/ST=CA/L=Oakland/O=Meridian Freight/CN=*.meridian.example',
  );
  await signIn(page, tree.demo, 'manage_mtls');
  await page.goto(`${tree.demo.portalUrl}/certificates/new`);
  await page.getByRole('radio', { name: /Sandbox/ }).check();
  await paste(page, faulty);
  const findings = page.getByRole('region', { name: 'Findings' });
  await expect(findings).toContainText('*.meridian.example');
  await expect(findings).toContainText('XX');
  await expect(findings.getByText('Blocks')).toHaveCount(2);
  await expect(page.getByRole('button', { name: 'Issue certificate' })).toBeDisabled();

  const command = await page.locator('pre.command').first().innerText();
  expect(command).toContain('openssl req');
  // It asks for a passphrase of the new key, which has no terminal to come from here.
  const repaired = await run('sh', ['-c', `${command} -passout pass:walkthrough`], { cwd: folder });
  expect(repaired.code).toBe(0);
  const written = /-out\s+(\S+)/.exec(command)?.[1] ?? '';
  await paste(page, readFileSync(join(folder, written.replaceAll(/['"]/g, '')), 'utf8'));
  await expect(page.getByText('Signature verifies')).toBeVisible();
  await page.getByRole('button', { name: 'Issue certificate' }).click();
  await page.waitForURL(/\/certificates\/(?!new)[^/]+$/);
});

test('a pasted private key is refused before any request carries it', async ({ page, tree }) => {
  const folder = newFolder();
  await newRequest(folder, 'leak', SUBJECT);
  const key = readFileSync(join(folder, 'leak.key'), 'utf8');
  const secret = secretPartOf(key);
  await signIn(page, tree.demo, 'admin');
  await page.goto(`${tree.demo.portalUrl}/certificates/new`);
  await page.waitForLoadState('networkidle');
  const sent: string[] = [];
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
  await paste(page, key);
  await expect(page.getByText('That is a private key, not a signing request')).toBeVisible();
  await expect(page.getByLabel('Certificate signing request')).toHaveValue('');
  await page.waitForTimeout(500);
  expect(sent.filter((request) => request.includes(secret))).toEqual([]);
});

test('without scripts the server refuses a private key, shows no byte of it, and keeps none', async ({
  browser,
  tree,
}) => {
  const folder = newFolder();
  await newRequest(folder, 'noscript', SUBJECT);
  const key = readFileSync(join(folder, 'noscript.key'), 'utf8');
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, tree.demo, 'admin');
  await page.goto(`${tree.demo.portalUrl}/certificates/new`);
  await paste(page, key);
  await page.getByRole('button', { name: 'Issue certificate' }).click();
  await expect(page.getByText('That is a private key, not a signing request')).toBeVisible();
  const secret = secretPartOf(key);
  expect(await page.content()).not.toContain(secret);
  expect(tree.output()).not.toContain(secret);
  const found = await run('grep', ['-rlF', secret, tree.dataDir]);
  expect(found.stdout).toBe('');
  await context.close();
});

test('without scripts a CSR is issued all the same', async ({ browser, tree }) => {
  const folder = newFolder();
  const csr = await newRequest(folder, 'plain', SUBJECT.replace('erp.', 'plain.'));
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, tree.demo, 'admin');
  await page.goto(`${tree.demo.portalUrl}/certificates/new`);
  await page.getByRole('radio', { name: /Sandbox/ }).check();
  await paste(page, csr);
  await page.getByRole('button', { name: 'Issue certificate' }).click();
  await page.waitForURL(/\/certificates\/(?!new)[^/]+$/);
  await expect(page.getByRole('main')).toContainText('plain.meridian.example');
  await context.close();
});

test('a DER file is taken by the file chooser', async ({ page, tree }) => {
  const folder = newFolder();
  await newRequest(folder, 'binary', SUBJECT.replace('erp.', 'binary.'));
  await openssl(folder, ['req', '-in', 'binary.csr', '-outform', 'DER', '-out', 'binary.der']);
  await signIn(page, tree.demo, 'admin');
  await page.goto(`${tree.demo.portalUrl}/certificates/new`);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose file' }).click();
  await (await chooser).setFiles(join(folder, 'binary.der'));
  await expect(page.getByText('Signature verifies')).toBeVisible();
  await expect(page.getByRole('main')).toContainText('binary.meridian.example');
});

test('a viewer reads and downloads, and cannot issue, revoke or enforce', async ({
  page,
  tree,
}) => {
  await signIn(page, tree.demo, 'viewer');
  const { portalUrl } = tree.demo;
  await page.goto(`${portalUrl}/certificates/new`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('not issue');
  await page.goto(`${portalUrl}/enforcement`);
  await expect(page.getByRole('button', { name: /Enforce|Turn off|trial|Observe/ })).toHaveCount(0);
  await page.goto(`${portalUrl}/certificates`);
  await page.getByRole('main').getByRole('link', { name: 'erp.meridian.example' }).first().click();
  await page.waitForURL(/\/certificates\/[^/]+$/);
  await expect(page.getByRole('link', { name: /Revoke/ })).toHaveCount(0);
  const response = await page.request.get(`${page.url()}/download?format=pem`);
  expect(response.status()).toBe(200);
  expect(await response.text()).toContain('-----BEGIN CERTIFICATE-----');
});

test('revoking what is in use asks for the name, and what was done is under Activity', async ({
  page,
  tree,
}) => {
  const { portalUrl } = tree.demo;
  await signIn(page, tree.demo, 'admin');
  await page.goto(`${portalUrl}/certificates?status=live`);
  await page
    .getByRole('main')
    .getByRole('link', { name: 'erp.meridian.example', exact: true })
    .last()
    .click();
  await page.waitForURL(/\/certificates\/[^/]+$/);
  await page
    .getByRole('link', { name: /Revoke/ })
    .first()
    .click();
  await page.waitForURL(/\/revoke$/);
  await page.getByRole('radio').first().check();
  await page.getByLabel(/to confirm/).fill('erp.meridian.example');
  await page.getByRole('button', { name: 'Revoke certificate' }).click();
  await page.waitForURL(/\/certificates\/[^/]+$/);
  await expect(page.getByRole('main')).toContainText(/revoked/i);
  await page.goto(`${portalUrl}/activity`);
  await expect(page.getByRole('main')).toContainText('mtls_required');
  await page.getByRole('main').getByRole('link', { name: 'Changes' }).click();
  await expect(page.getByRole('main')).toContainText('erp.meridian.example');
});

test('what is printed as a call to try works when pasted into a shell', async ({ tree }) => {
  const folder = newFolder();
  const lines = tree.output().split('\n');
  const from = lines.findIndex((line) => line.includes('openssl req'));
  const caFile = tree.demo.edges.sandbox.caFile;
  const script = lines
    .slice(from, from + 3)
    .join('\n')
    .replace(/--cacert \S+/, `--cacert ${caFile}`);
  writeFileSync(join(folder, 'try.sh'), script);
  const { stdout, stderr } = await run('sh', ['-e', 'try.sh'], { cwd: folder });
  expect(`${stdout}${stderr}`).toMatch(/Hello \S+/);
});

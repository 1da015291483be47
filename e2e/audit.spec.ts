/** The changes of an account: found, shared by their address, exported, and checked by somebody who trusts nobody. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { rest } from './support/rest';
import { newFolder, newRequest, run } from './support/shell';
import { expect, signIn, test } from './support/test';

test.use({ copy: 'audit' });

const HOSTILE = '=HYPERLINK("http://evil.example") <img src=x onerror=alert(1)>';

async function saved(page: Page, name: string, folder: string): Promise<string> {
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name }).click();
  const download = await coming;
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

test('a change is found without scripts, its record shown, and an export stands up to the program the portal offers', async ({
  browser,
  tree,
}) => {
  const { demo } = tree;
  const folder = newFolder();
  const api = rest(demo.portalUrl, demo.apiKey);
  const csr = await newRequest(
    folder,
    'audited',
    '/CN=audited.meridian.example/O=Meridian Freight/C=US',
  );
  const made = await api('POST', '/certificates', {
    csr,
    environment: 'sandbox',
    label: 'Audited',
  });
  expect(made.status).toBe(201);
  const id = String(made.json.id);
  expect((await api('PATCH', `/certificates/${id}`, { label: HOSTILE.slice(0, 80) })).status).toBe(
    200,
  );

  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(page, demo, 'viewer');
  await page.goto(`${demo.portalUrl}/activity/changes`);
  await page.getByText('By id').click();
  await page.getByLabel('Object').fill(id);
  await page.getByRole('button', { name: 'Show changes' }).click();
  const rows = page.locator('.stream > li');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('<img src=x');
  await page.getByLabel('What').selectOption('certificate.issued');
  await page.getByRole('button', { name: 'Show changes' }).click();
  await expect(rows).toHaveCount(1);
  // What was asked for is in the address, so that it can be sent to somebody.
  expect(new URL(page.url()).searchParams.get('object')).toBe(id);
  await rows.locator('summary').first().click();
  await rows.getByText('The record and its hash').click();
  await expect(rows.locator('pre')).toContainText('{"action":"certificate.issued","actor":');
  await page.getByRole('link', { name: 'Clear' }).click();

  const jsonl = await saved(page, 'JSON Lines', folder);
  const csv = await saved(page, 'CSV', folder);
  expect(readFileSync(csv, 'utf8')).not.toMatch(/(^|,)"[=+\-@\t\r]/m);
  const verifier = join(folder, 'audit-verify.mjs');
  for (const name of ['audit-verify.mjs', 'audit-key.pem']) {
    const offered = await fetch(`${demo.portalUrl}/${name}`);
    writeFileSync(join(folder, name), await offered.text());
  }
  const check = (file: string) =>
    run('node', [verifier, file, '--key', join(folder, 'audit-key.pem')], { cwd: folder });
  expect(await check(jsonl)).toMatchObject({ code: 0, stdout: expect.stringContaining('Whole: ') });
  expect(await check(csv)).toMatchObject({ code: 0 });
  const lines = readFileSync(jsonl, 'utf8').split('\n');
  writeFileSync(jsonl, lines.toSpliced(2, 1).join('\n'));
  const altered = await check(jsonl);
  expect(altered.code).toBe(1);
  expect(altered.stderr).toContain(':3: Event 3 is missing before this line.');
  await page.context().close();
});

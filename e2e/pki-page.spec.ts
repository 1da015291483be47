/** A visitor without a session takes from /pki what software needs, and openssl judges certificates by it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { rest } from './support/rest';
import { newFolder, newRequest, run } from './support/shell';
import { expect, test } from './support/test';
import type { Tree } from './support/tree';

type Issued = { id: string; file: string };

async function issue(tree: Tree, folder: string, name: string): Promise<Issued> {
  const csr = await newRequest(folder, name, `/CN=${name}.meridian.example`);
  const body = { csr, environment: 'sandbox', label: name };
  const { status, json } = await rest(tree.demo.portalUrl, tree.demo.apiKey)(
    'POST',
    '/certificates',
    body,
  );
  expect(status).toBe(201);
  writeFileSync(join(folder, `${name}.pem`), String(json.pem));
  return { id: String(json.id), file: `${name}.pem` };
}

async function revoke(tree: Tree, { id }: Issued): Promise<void> {
  const call = rest(tree.demo.portalUrl, tree.demo.apiKey);
  const { status } = await call('POST', `/certificates/${id}/revocation`, { reason: 'superseded' });
  expect(status).toBe(200);
}

async function saved(page: Page, link: string, path: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: link }).click(),
  ]);
  await download.saveAs(path);
  return path;
}

/** The commands of one block, as a person copies them, for a file of another name. */
async function commands(page: Page, name: string, file: string): Promise<string> {
  const block = page.locator('.codeblock').filter({ hasText: name });
  return (await block.locator('pre').innerText()).replace('client.pem', file);
}

const CA = 'Demo Provider Sandbox Client CA 1';

test.describe('without scripts and without a session', () => {
  test.use({ javaScriptEnabled: false });

  test('the page has every CA, its files and the profile, and openssl verifies by the files', async ({
    page,
    tree,
  }) => {
    const folder = newFolder();
    const good = await issue(tree, folder, 'page-good');
    const answer = await page.goto(`${tree.demo.portalUrl}/pki`);
    expect(answer?.status()).toBe(200);
    for (const name of ['Demo Provider Root CA', CA, 'Demo Provider Production Client CA 1']) {
      await expect(page.getByRole('article', { name })).toBeVisible();
    }
    await expect(page.getByRole('article', { name: CA })).toContainText('Issues now');
    await expect(page.getByRole('row', { name: /^extendedKeyUsage/ }).first()).toContainText(
      'clientAuth',
    );

    const bundle = await saved(page, 'Download bundle', join(folder, 'bundle.pem'));
    const crlDer = await saved(page, `Download CRL, DER of ${CA}`, join(folder, 'list.der'));
    const pem = await saved(page, `Download Certificate, PEM of ${CA}`, join(folder, 'ca.pem'));
    const shown = await run('openssl', [
      ...['x509', '-in', pem, '-noout', '-fingerprint', '-sha256'],
    ]);
    const fingerprint = shown.stdout.trim().replace(/^.*=|:/g, '');
    const onPage = await page.getByRole('article', { name: CA }).innerText();
    expect(onPage.replaceAll(/\s/g, '')).toContain(fingerprint);

    const crl = join(folder, 'list.pem');
    await run('openssl', ['crl', '-inform', 'DER', '-in', crlDer, '-out', crl]);
    const verified = await run(
      'openssl',
      ['verify', '-crl_check', '-CAfile', bundle, '-CRLfile', crl, good.file],
      { cwd: folder },
    );
    expect(verified.stdout, verified.stderr).toContain(': OK');
  });
});

test('the commands on the page tell a live certificate from a revoked one, both ways', async ({
  page,
  tree,
}) => {
  const folder = newFolder();
  const good = await issue(tree, folder, 'told-good');
  const gone = await issue(tree, folder, 'told-gone');
  await revoke(tree, gone);
  await page.goto(`${tree.demo.portalUrl}/pki`);
  await page.getByRole('link', { name: 'Sandbox', exact: true }).click();
  await expect(page.getByRole('link', { name: 'Sandbox', exact: true })).toHaveAttribute(
    'aria-current',
    'true',
  );
  const says = async (name: string, { file }: Issued): Promise<string> => {
    const { stdout, stderr } = await run('sh', ['-c', await commands(page, name, file)], {
      cwd: folder,
    });
    return stdout + stderr;
  };
  await expect
    .poll(() => says('By revocation list', gone), { timeout: 10_000 })
    .toContain('certificate revoked');
  expect(await says('By revocation list', good)).toContain(`${good.file}: OK`);
  expect(await says('By OCSP', good)).toContain(`${good.file}: good`);
  const revoked = await says('By OCSP', gone);
  expect(revoked).toContain('Response verify OK');
  expect(revoked).toContain(`${gone.file}: revoked`);
  expect(revoked).toContain('Reason: superseded');
});

/** What a person sees of a request that the certificate authority could not sign yet, until it is a certificate. */
import { rest } from './support/rest';
import { newFolder, newRequest } from './support/shell';
import { expect, signIn, test } from './support/test';
import { commandOf, processesOf, type Tree } from './support/tree';

function signerOf({ dataDir }: Tree): number {
  const pid = processesOf(dataDir).find((one) => commandOf(one).includes('signer.ts'));
  if (pid === undefined) throw new Error('no signer runs');
  return pid;
}

test('a request that waits is told in the form, holds a slot in sight, and becomes a certificate without a reload', async ({
  page,
  tree,
}) => {
  const name = 'waits.meridian.example';
  const csr = await newRequest(newFolder(), 'waits', `/CN=${name}`);
  const signer = signerOf(tree);
  await signIn(page, tree.demo, 'admin');
  await page.goto(`${tree.demo.portalUrl}/certificates/new`);
  await page.getByRole('textbox', { name: 'Signing request' }).fill(csr);
  await expect(page.getByText('Signature verifies')).toBeVisible();
  process.kill(signer, 'SIGSTOP');
  try {
    await page.getByRole('button', { name: 'Issue certificate' }).click();
    const main = page.getByRole('main');
    await expect(main.getByText('Your request is kept, and not signed yet')).toBeVisible();
    await expect(main.getByText(/sending it again resumes it/)).toBeVisible();

    const api = rest(tree.demo.portalUrl, tree.demo.apiKey);
    const { status, json } = await api('GET', '/certificates/pending');
    expect(status).toBe(200);
    expect(json.items).toMatchObject([{ commonName: name, environment: 'production', slot: 1 }]);

    await page.goto(tree.demo.portalUrl);
    const slot = page.getByRole('region', { name: 'Slots' }).getByRole('listitem').first();
    await expect(slot).toContainText('Pending');
    await expect(slot).toContainText(/Given up in 1[45] min/);

    await page.goto(`${tree.demo.portalUrl}/certificates`);
    await expect(page.getByRole('row', { name })).toContainText('Pending');
  } finally {
    process.kill(signer, 'SIGCONT');
  }
  await expect(page.getByRole('row', { name })).toContainText('Live', { timeout: 20_000 });
  await expect(page.getByText('waits for the certificate authority')).toHaveCount(0);
});

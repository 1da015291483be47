/** In the demo no mail leaves: each is a file that any mail program reads, and people see those that went to them. */
import { mailsIn } from './support/mailbox';
import { newFolder, newRequest, operator } from './support/shell';
import { expect, signIn, test } from './support/test';

test.use({ copy: 'mail' });

test('an issued certificate is told to who may act on it, and to nobody else', async ({
  page,
  browser,
  tree,
}) => {
  const { demo, dataDir } = tree;
  const csr = await newRequest(newFolder(), 'mail', '/CN=mail.meridian.example');
  await signIn(page, demo, 'admin');
  await page.goto(`${demo.portalUrl}/outbox`);
  await expect(page.getByRole('main')).toContainText('No e-mail yet');
  await page.goto(`${demo.portalUrl}/certificates/new?environment=sandbox`);
  await page.getByLabel('Certificate signing request').fill(csr);
  await page.getByRole('button', { name: 'Issue certificate' }).click();
  await page.waitForURL(/\/certificates\/crt_[^/]+$/);
  const subject = 'Sandbox certificate mail.meridian.example issued (Meridian Freight)';
  await expect(async () => {
    await page.goto(`${demo.portalUrl}/outbox`);
    await expect(page.getByRole('main')).toContainText(subject, { timeout: 500 });
  }).toPass();
  await page.getByText(subject).click();
  await expect(page.getByRole('main')).toContainText('If nobody of you asked for it, revoke it.');

  const mails = await mailsIn(dataDir);
  expect(mails.map((mail) => mail.to).sort()).toEqual([
    'Ines Duarte <ines@meridian.example>',
    expect.stringContaining('<tomas@meridian.example>'),
  ]);
  for (const { subject: said, text, html } of mails) {
    expect(said).toBe(subject);
    expect(text).toContain(demo.portalUrl);
    expect(html).toContain('mail.meridian.example');
  }

  const viewer = await browser.newPage();
  await signIn(viewer, demo, 'viewer');
  await viewer.goto(`${demo.portalUrl}/outbox`);
  await expect(viewer.getByRole('main')).toContainText('No e-mail yet');
  await viewer.close();
  expect((await operator(dataDir, ['mail', 'list'])).stdout.trim()).toBe('[]');
});

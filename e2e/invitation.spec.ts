/** Somebody is invited by mail, joins, does the one thing they came for, and is removed. */
import type { Page } from 'playwright/test';
import { mailsIn } from './support/mailbox';
import { newFolder, newRequest } from './support/shell';
import { expect, signIn, test } from './support/test';

test.use({ copy: 'invitation' });

async function linkTo(address: string, dataDir: string): Promise<string> {
  const mail = (await mailsIn(dataDir)).find(({ to }) => to.includes(address));
  return /http\S+\/invitation\/\S+/.exec(mail?.text ?? '')?.[0] ?? '';
}

async function mainOf(page: Page, url: string) {
  await page.goto(url);
  return page.getByRole('main');
}

test('from an invitation to the first certificate, and out again', async ({
  browser,
  page,
  tree,
}) => {
  const { demo, dataDir } = tree;
  const email = 'noor@meridian.example';
  const csr = await newRequest(newFolder(), 'noor', '/CN=noor.meridian.example');
  await signIn(page, demo, 'admin');
  await page.goto(`${demo.portalUrl}/members/invite`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('radio', { name: /Manage mTLS, Sandbox only/ }).check();
  await page.getByRole('button', { name: 'Send invitation' }).click();
  await page.waitForURL(/\/members$/);
  await expect(page.getByRole('main')).toContainText(email);
  let link = '';
  await expect(async () => {
    link = await linkTo(email, dataDir);
    expect(link).toContain('/invitation/');
  }).toPass({ timeout: 30_000 });
  await expect(await mainOf(page, link)).toContainText(
    'you are signed in as ines@meridian.example',
  );

  const noor = await (await browser.newContext()).newPage();
  await noor.goto(link);
  await noor.getByLabel('Your name').fill('Noor Haddad');
  await noor.getByLabel('Password').fill('clouds over seven harbours');
  await noor.getByRole('button', { name: 'Join Meridian Freight' }).click();
  await noor.waitForURL(`${demo.portalUrl}/`);
  await noor.goto(`${demo.portalUrl}/certificates/new`);
  await expect(noor.getByRole('radio', { name: /Production/ })).toBeDisabled();
  await noor.getByLabel('Certificate signing request').fill(csr);
  await noor.getByRole('button', { name: 'Issue certificate' }).click();
  await noor.waitForURL(/\/certificates\/crt_[^/]+$/);
  await expect(noor.getByRole('heading', { level: 1 })).toContainText('noor.meridian.example');
  await expect(await mainOf(page, link)).toContainText('This invitation no longer works');

  await page.goto(`${demo.portalUrl}/members`);
  await page.getByRole('link', { name: 'Change Noor Haddad' }).click();
  await page.getByRole('button', { name: 'Remove Noor Haddad' }).click();
  await page.waitForURL(/\/members$/);
  await expect(await mainOf(noor, `${demo.portalUrl}/certificates`)).toContainText(
    'You are a member of no account',
  );
  await noor.context().close();
});

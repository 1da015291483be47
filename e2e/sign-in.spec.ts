/** Every way to sign in, in a browser: app and recovery code, passkey, a provider of one's own, a link by mail. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright/test';
import { startProvider } from '../lib/identity/testing/provider';
import { rest } from './support/rest';
import { newFolder, newRequest, operator } from './support/shell';
import { addAuthenticator, expect, givePassword, signIn, test } from './support/test';
import type { Demo } from './support/tree';

test.use({ copy: 'sign-in' });

function userOf(demo: Demo, role: string) {
  const user = demo.users.find((one) => one.role === role);
  if (!user) throw new Error(`demo.json has no ${role}`);
  return user;
}

async function elsewhere(browser: Browser, demo: Demo, role: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, demo, role);
  return page;
}

test('sessions elsewhere are seen and ended, and an app with recovery codes stands beside the password', async ({
  page,
  browser,
  tree: { demo },
}) => {
  const user = userOf(demo, 'manage_mtls');
  const other = await elsewhere(browser, demo, 'manage_mtls');
  await signIn(page, demo, 'manage_mtls');
  await page.goto(`${demo.portalUrl}/profile`);
  const sessions = page.locator('#sessions');
  await expect(sessions.getByText('This session')).toHaveCount(1);
  await sessions.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await expect(sessions.getByRole('listitem')).toHaveCount(1);
  await other.goto(`${demo.portalUrl}/certificates`);
  await expect(other).toHaveURL(/\/sign-in\?next=%2Fcertificates$/);

  const app = page.locator('#app');
  await app.getByRole('button', { name: 'Set up an app' }).click();
  const shown = (await app.locator('.hex').textContent()) ?? '';
  const totp = new TOTP({ secret: Secret.fromBase32(shown.replaceAll(' ', '')) });
  const generated = totp.generate();
  await app.getByLabel('Code that the app shows').fill(generated);
  await app.getByRole('button', { name: 'Turn on' }).click();
  const codes = (await app.locator('pre').textContent())?.trim().split('\n') ?? [];
  expect(codes).toHaveLength(10);

  await page.context().clearCookies();
  await givePassword(page, demo, user);
  await expect(page.getByRole('heading', { name: 'Second factor' })).toBeVisible();
  await page.goto(`${demo.portalUrl}/certificates`);
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto(`${demo.portalUrl}/sign-in/second?next=%2Fprofile`);
  await page.getByLabel('Code').fill(generated);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('main')).toContainText('it was used before');
  await page.getByLabel('Code').fill(codes[0] ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/profile$/);
  await expect(page.locator('#app')).toContainText('9 recovery codes left');
});

test('a passkey alone signs in, and confirms', async ({ page, tree: { demo } }) => {
  await addAuthenticator(page);
  await signIn(page, demo, 'viewer');
  await page.goto(`${demo.portalUrl}/profile`);
  const passkeys = page.locator('#passkeys');
  await passkeys.getByLabel('Name of a new passkey').fill('<b>Laptop</b>');
  await passkeys.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(passkeys.getByText('Keep these recovery codes now')).toBeVisible();

  await page.context().clearCookies();
  await page.goto(`${demo.portalUrl}/sign-in?next=/profile`);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.waitForURL(/\/profile$/);
  await expect(passkeys.getByRole('listitem')).toContainText('<b>Laptop</b>');
  await expect(page.locator('#sessions').getByRole('listitem').first()).toContainText('by passkey');
  await page.goto(`${demo.portalUrl}/confirm?next=/firewall`);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.waitForURL(/\/firewall$/);
});

test('T20: who has no second factor where one is required gets nowhere but to setting one up, and is through after it', async ({
  page,
  browser,
  tree: { demo },
}) => {
  const harbor: Demo = { ...demo, ...demo.secondAccount };
  const { portalUrl } = demo;
  // A page that was open before is no way round it.
  await signIn(page, harbor, 'manage_mtls');
  await page.goto(`${portalUrl}/certificates/new`);
  const admin = await elsewhere(browser, harbor, 'admin');
  await admin.goto(`${portalUrl}/security`);
  await admin.getByRole('button', { name: 'Require a second factor' }).click();
  await admin.waitForURL(/\/second-factor\?next=%2Fsecurity$/);
  const csr = await newRequest(newFolder(), 'before', '/CN=before.harbor.example');
  await page.getByRole('textbox', { name: 'Signing request' }).fill(csr);
  await page.getByRole('button', { name: 'Issue certificate' }).click();
  await page.waitForURL(/\/second-factor\?/);
  const api = rest(portalUrl, harbor.apiKey);
  expect((await api('GET', '/certificates')).json.items).toEqual([]);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/\/sign-in$/);
  await givePassword(page, harbor, userOf(harbor, 'manage_mtls'));
  await page.waitForURL(/\/second-factor\?/);
  await expect(page.getByRole('main')).toContainText('Harbor Logistics requires one of everybody');
  for (const path of ['/certificates', '/members', '/enforcement', '/profile', '/api-keys']) {
    await page.goto(`${portalUrl}${path}`);
    await expect(page).toHaveURL(`${portalUrl}/second-factor?next=${encodeURIComponent(path)}`);
  }
  const asked = page.context().request;
  for (const path of [
    '/api/v1/account',
    '/activity/export',
    '/connect/stream?environment=production',
  ]) {
    const { body, status } = await asked
      .get(`${portalUrl}${path}`, { maxRedirects: 0 })
      .then(async (reply) => ({ body: await reply.text(), status: reply.status() }));
    expect([307, 401, 403], `${path}: ${body}`).toContain(status);
    expect(body).not.toContain('Harbor');
  }

  await page.goto(`${portalUrl}/certificates`);
  await page.getByRole('button', { name: 'Set up an app' }).click();
  const shown = (await page.locator('.hex').textContent()) ?? '';
  const totp = new TOTP({ secret: Secret.fromBase32(shown.replaceAll(' ', '')) });
  await page.getByLabel('Code that the app shows').fill(totp.generate());
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByRole('link', { name: 'I have kept them; go on' }).click();
  await page.waitForURL(`${portalUrl}/certificates`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('ertificate');
});

test('people of a verified domain come in through their own provider, to their own account alone', async ({
  page,
  browser,
  tree: { demo, dataDir },
}) => {
  const provider = await startProvider(`${demo.portalUrl}/sso/callback`);
  await signIn(page, demo, 'admin');
  await page.goto(`${demo.portalUrl}/security`);
  await page.getByLabel('Issuer').fill(provider.issuer);
  await page.getByLabel('Client id').fill(provider.clientId);
  await page.getByLabel('Client secret').fill(provider.clientSecret);
  await page.getByLabel('E-mail domain').fill('meridian.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('main')).toContainText('waits for your provider to verify it');
  const accounts = JSON.parse((await operator(dataDir, ['account', 'list'])).stdout);
  const { id } = accounts.find((one: { name: string }) => one.name === 'Meridian Freight');
  await operator(dataDir, ['domain', 'verify', '--account', id, '--domain', 'meridian.example']);

  provider.become('subject-1', {
    ...{ email: 'noor@meridian.example', email_verified: true, name: 'Noor Haddad' },
  });
  const noor = await (await browser.newContext()).newPage();
  await noor.goto(`${demo.portalUrl}/sign-in?next=/certificates`);
  await noor.getByLabel('Email').fill('noor@meridian.example');
  await noor.getByLabel('Password').focus();
  await noor.getByRole('link', { name: 'Continue with Meridian Freight' }).click();
  await noor.waitForURL(/\/certificates$/);
  await expect(noor.locator('.switcher')).toContainText('Viewer');
  await noor.goto(`${demo.portalUrl}/profile`);
  await expect(noor.getByRole('main')).toContainText("Your account's identity provider");
  await provider.stop();
});

test('a lost password is set anew by the link in a mail', async ({ page, tree }) => {
  const { demo, dataDir } = tree;
  const user = demo.secondAccount.users.find((one) => one.role === 'viewer');
  await page.goto(`${demo.portalUrl}/sign-in`);
  await page.getByRole('link', { name: 'Forgotten your password?' }).click();
  await page.waitForURL(/\/forgotten$/);
  await page.getByLabel('Email').fill(user?.email ?? '');
  await page.getByRole('button', { name: 'Send a link' }).click();
  await expect(page.getByRole('main')).toContainText('Look into your mail');
  const outbox = join(dataDir, 'outbox');
  let link = '';
  await expect(() => {
    link = readdirSync(outbox)
      .map((name) => linkIn(join(outbox, name)))
      .join('');
    expect(link).not.toBe('');
  }).toPass();
  await page.goto(`${demo.portalUrl}${link}`);
  await page.getByLabel('New password').fill('plum river sofa');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect(page.getByRole('main')).toContainText('Your password is set');
  await givePassword(page, demo, { email: user?.email ?? '', password: 'plum river sofa' });
  await page.waitForURL(`${demo.portalUrl}/`);
});

/** The path of a reset in a mail as it was written; empty for any other mail. */
function linkIn(file: string): string {
  const mail = readFileSync(file, 'utf8').replaceAll(/=\r?\n/g, '');
  return /\/reset\?token=(?:3D)?[\w-]{43}/.exec(mail)?.[0].replace('=3D', '=') ?? '';
}

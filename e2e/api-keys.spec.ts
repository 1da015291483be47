/** An admin makes a key for a robot, the robot uses it, the key is rotated with both working, and the old one revoked. */
import { rest } from './support/rest';
import { expect, signIn, test } from './support/test';

test.use({ copy: 'api-keys' });

test('a key is made, shown once, used within its bounds, rotated and revoked', async ({
  page,
  tree,
}) => {
  const { demo } = tree;
  await signIn(page, demo, 'admin');
  await page.goto(`${demo.portalUrl}/api-keys`);
  await page.getByRole('link', { name: 'New API key' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Nightly <b>sync</b>');
  await page.getByRole('radio', { name: 'Sandbox' }).check();
  await page.getByRole('radio', { name: 'Never' }).check();
  await page.getByRole('textbox', { name: 'May be used from' }).fill('127.0.0.1, ::1');
  await page.getByRole('button', { name: 'Make key' }).click();
  const shown = page.locator('.key-text code');
  await expect(shown).toHaveText(/^csk_sbox_[0-9a-z]{12}_[0-9A-Za-z]{49}$/);
  const first = rest(demo.portalUrl, await shown.innerText());
  const account = await first('GET', '/account');
  expect(account.json.enforcement).toMatchObject([{ environment: 'sandbox' }]);
  expect((await first('GET', '/enforcement/production')).json.detail).toContain('for sandbox only');
  expect((await first('POST', '/csr-checks', { csr: 'x' })).json.code).toBe('forbidden');

  await page.getByRole('link', { name: 'I have stored it' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Nightly <b>sync</b>');
  await expect(page.locator('main')).toContainText('from 127.0.0.1');
  await expect(shown).toHaveCount(0);
  await page.getByRole('button', { name: 'Rotate key' }).click();
  await expect(shown).toHaveText(/^csk_sbox_/);
  const second = rest(demo.portalUrl, await shown.innerText());
  expect((await first('GET', '/account')).status).toBe(200);
  expect((await second('GET', '/account')).status).toBe(200);

  await page.getByRole('button', { name: 'Revoke key' }).click();
  await page.getByRole('textbox', { name: 'to confirm' }).fill('Nightly <b>sync</b>');
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Revoked');
  expect((await first('GET', '/account')).status).toBe(401);
  expect((await second('GET', '/account')).status).toBe(200);
});

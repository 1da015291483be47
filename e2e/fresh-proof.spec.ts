/** A tab that was left open: what hurts asks again who it is, over the form, which stays as it was. */
import { test } from './support/own-database';
import { expect, signIn } from './support/test';

test('T20: an old proof is renewed in a dialog over the form, which keeps what was typed, and is done once', async ({
  page,
  place: { tree, sql },
}) => {
  const { demo } = tree;
  const user = demo.users.find(({ role }) => role === 'admin');
  const made = () => sql(`SELECT scopes FROM api_key WHERE name = 'Nightly sync'`);
  await signIn(page, demo, 'admin');
  await page.goto(`${demo.portalUrl}/api-keys/new`);
  const name = page.getByRole('textbox', { name: 'Name' });
  const networks = page.getByRole('textbox', { name: 'May be used from' });
  await name.fill('Nightly sync');
  await networks.fill('127.0.0.1');
  await page.getByRole('radio', { name: 'Sandbox' }).check();
  await page.getByRole('radio', { name: 'Never' }).check();
  await sql(`UPDATE session SET authenticated_at = now() - interval '31 minutes'`);

  let presses = 0;
  page.on('request', (request) => {
    if (request.headers()['next-action']) presses += 1;
  });
  const press = page.getByRole('button', { name: 'Make key' });
  await press.click();
  const notice = page.getByRole('main');
  await expect(notice).toContainText('You signed in more than 30 minutes ago');
  await notice.getByRole('button', { name: 'Confirm that it is you' }).click();
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
  const proof = dialog.getByLabel('Password or code');
  await proof.fill('not the password');
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(dialog).toContainText('The password is not right');
  await proof.fill(user?.password ?? '');
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(notice).toContainText('Press the button again; it is still as you left it.');

  await expect(name).toHaveValue('Nightly sync');
  await expect(networks).toHaveValue('127.0.0.1');
  await expect(page.getByRole('radio', { name: 'Sandbox' })).toBeChecked();
  await expect(page.getByRole('radio', { name: 'Never' })).toBeChecked();
  expect([presses, await made()]).toEqual([1, []]);
  await press.click();
  await expect(page.locator('.key-text code')).toHaveText(/^csk_sbox_/);
  expect([presses, await made()]).toEqual([2, [{ scopes: ['read'] }]]);
});

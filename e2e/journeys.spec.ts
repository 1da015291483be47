/** The same job for people who use a keyboard alone, a phone, or the dark; and what helps them on the way. */
import type { Page } from 'playwright/test';
import { newFolder, newRequest } from './support/shell';
import { expect, openPalette, signIn, test } from './support/test';
import type { Demo } from './support/tree';

test.use({ copy: 'journeys' });
test.describe.configure({ mode: 'serial' });

const LIVE_PAGE = /\/certificates\/crt_[^/?]+$/;

async function request(name: string): Promise<string> {
  return newRequest(newFolder(), name, `/O=Meridian Freight/CN=${name}.meridian.example`);
}

/** Presses Tab until the focus stands on what is wanted; a keyboard reaches it or the test fails. */
async function tabTo(page: Page, wanted: { role: string; name: RegExp }): Promise<void> {
  const target = page.getByRole(wanted.role as 'link', { name: wanted.name }).first();
  const presses = 80;
  for (let pressed = 0; pressed < presses; pressed += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) {
      const outlines = await target.evaluate((element) =>
        [element, element.closest('label')].map((one) => one && getComputedStyle(one).outlineStyle),
      );
      const seen = outlines.some((style) => style !== null && style !== 'none');
      expect(seen, 'the focus is seen, on the control or on the label around it').toBe(true);
      return;
    }
  }
  throw new Error(`${presses} times Tab did not reach the ${wanted.role} ${wanted.name}`);
}

async function signInByKeyboard(page: Page, demo: Demo): Promise<void> {
  const admin = demo.users.find((one) => one.role === 'admin');
  await page.goto(`${demo.portalUrl}/sign-in`);
  await tabTo(page, { role: 'textbox', name: /Email/ });
  await page.keyboard.type(admin?.email ?? '');
  await page.keyboard.press('Tab');
  await page.keyboard.type(admin?.password ?? '');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${demo.portalUrl}/`);
}

test('with a keyboard alone: sign in, issue, rename, undo, revoke', async ({ page, tree }) => {
  const csr = await request('keyboard');
  await signInByKeyboard(page, tree.demo);

  await test.step('the first Tab offers to skip the rail, and does', async () => {
    await page.goto(tree.demo.portalUrl);
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const inside = page.getByRole('main').locator(':focus');
    await expect(inside).toHaveCount(1);
  });

  await test.step('issue, found by the palette', async () => {
    await openPalette(page);
    await page.keyboard.type('issue');
    await expect(page.getByRole('option', { name: 'Issue certificate' })).toBeVisible();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/certificates\/new/);
    await tabTo(page, { role: 'radio', name: /Production|Sandbox/ });
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('radio', { name: /Sandbox/ })).toBeChecked();
    await tabTo(page, { role: 'textbox', name: /Certificate signing request/ });
    await page.keyboard.insertText(csr);
    await expect(page.getByText('Signature verifies')).toBeVisible();
    await tabTo(page, { role: 'button', name: /^Issue certificate$/ });
    await page.keyboard.press('Enter');
    await page.waitForURL(LIVE_PAGE);
  });

  await test.step('rename, and take it back', async () => {
    const heading = page.getByRole('heading', { level: 1 });
    await page.getByText('Rename', { exact: true }).focus();
    await page.keyboard.press('Enter');
    await tabTo(page, { role: 'textbox', name: /Label/ });
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Keyboard');
    await page.keyboard.press('Enter');
    await expect(heading).toContainText('Keyboard');
    await page.getByRole('button', { name: 'Undo' }).focus();
    await page.keyboard.press('Enter');
    await expect(heading).toContainText('keyboard.meridian.example');
  });

  await test.step('revoke', async () => {
    await tabTo(page, { role: 'link', name: /Revoke certificate/ });
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/revoke$/);
    await tabTo(page, { role: 'radio', name: /./ });
    await page.keyboard.press('Space');
    // No call has come with it: nothing would be hurt, so nothing has to be typed.
    await expect(page.getByLabel(/to confirm/)).toHaveCount(0);
    await page.keyboard.press('Enter');
    await page.waitForURL(LIVE_PAGE);
    await expect(page.getByRole('main')).toContainText('Revoked');
  });
});

test('the palette finds a certificate by its serial number, and every page by its name', async ({
  page,
  tree,
}) => {
  await signIn(page, tree.demo, 'admin');
  await page.goto(`${tree.demo.portalUrl}/certificates`);
  const serial = page.getByRole('main').locator('td .mono[title]').first();
  const serialHex = (await serial.getAttribute('title')) ?? '';
  const rail = page.getByRole('navigation', { name: 'Account' }).getByRole('link');
  const pages = (await rail.locator('span:first-of-type').allInnerTexts()).map((one) => one.trim());
  expect(pages.length).toBeGreaterThan(5);
  await openPalette(page);
  for (const name of pages) {
    await expect(page.getByRole('option', { name, exact: true })).toHaveCount(1);
  }
  await page.getByRole('combobox').fill(serialHex.toLowerCase());
  await expect(page.getByRole('option').first()).toContainText('keyboard.meridian.example');
  await page.keyboard.press('Enter');
  await page.waitForURL(LIVE_PAGE);
  await openPalette(page);
  await page.getByRole('combobox').fill('no such thing anywhere');
  await expect(page.getByText(/Nothing here is called/)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a viewer’s palette offers no act they may not do', async ({ page, tree }) => {
  await signIn(page, tree.demo, 'viewer');
  await openPalette(page);
  await expect(page.getByRole('option', { name: 'Certificates', exact: true })).toBeVisible();
  await page.getByRole('combobox').fill('certificate');
  await expect(page.getByRole('option', { name: /Issue|Revoke|Renew/ })).toHaveCount(0);
});

test('on a phone: issue, download, revoke, with nothing wider than the screen', async ({
  browser,
  tree,
}) => {
  const csr = await request('phone');
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  const fits = async () =>
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
    ).toBeLessThanOrEqual(0);
  await signIn(page, tree.demo, 'manage_mtls');
  await fits();
  await page.getByRole('button', { name: 'Open menu' }).tap();
  await page.getByRole('link', { name: /^Certificates/ }).tap();
  await page.waitForURL(/\/certificates$/);
  await fits();
  await page.getByRole('link', { name: 'Issue certificate' }).tap();
  await page.waitForURL(/\/certificates\/new/);
  await fits();
  await page.getByRole('radio', { name: /Sandbox/ }).check();
  await page.getByLabel('Certificate signing request').fill(csr);
  await expect(page.getByText('Signature verifies')).toBeVisible();
  await fits();
  await page.getByRole('button', { name: 'Issue certificate' }).tap();
  await page.waitForURL(LIVE_PAGE);
  await fits();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download Full chain, PEM' }).tap();
  expect((await download).suggestedFilename()).toMatch(/fullchain\.pem$/);
  await page.getByRole('link', { name: 'Revoke certificate' }).tap();
  await page.waitForURL(/\/revoke$/);
  await fits();
  await page.getByRole('radio').first().check();
  await page.getByRole('button', { name: 'Revoke certificate' }).tap();
  await page.waitForURL(LIVE_PAGE);
  await expect(page.getByRole('main')).toContainText('Revoked');
  await context.close();
});

test('without scripts a certificate is renamed and revoked', async ({ browser, tree }) => {
  const { demo } = tree;
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, demo, 'admin');
  await page.goto(`${demo.portalUrl}/certificates/new`);
  await page.getByRole('radio', { name: /Sandbox/ }).check();
  await page.getByLabel('Certificate signing request').fill(await request('noscript'));
  await page.getByRole('button', { name: 'Issue certificate' }).click();
  await page.waitForURL(LIVE_PAGE);
  await page.getByText('Rename', { exact: true }).click();
  await page.getByRole('textbox', { name: 'Label' }).fill('No scripts');
  await page.getByRole('button', { name: 'Save label' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('No scripts');
  await expect(page.getByRole('button', { name: /Find anything/ })).toBeHidden();
  await page.getByRole('link', { name: 'Revoke certificate' }).click();
  await page.getByRole('radio').first().check();
  await page.getByRole('button', { name: 'Revoke certificate' }).click();
  await page.waitForURL(LIVE_PAGE);
  await expect(page.getByRole('main')).toContainText('Revoked');
  await context.close();
});

test('the dark is designed: every surface and ink follows the reader’s setting', async ({
  browser,
  tree,
}) => {
  const colours: Record<string, string[]> = {};
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ colorScheme });
    const page = await context.newPage();
    await signIn(page, tree.demo, 'admin');
    colours[colorScheme] = await page.evaluate(() =>
      ['body', '.title, .verdict', '.sheet', '.btn-primary'].flatMap((selector) => {
        const element = document.querySelector(selector);
        if (!element) throw new Error(`the overview has no ${selector}`);
        const { backgroundColor, color } = getComputedStyle(element);
        return [backgroundColor, color];
      }),
    );
    await context.close();
  }
  expect(colours.dark?.[0]).toBe('rgb(14, 15, 17)');
  expect(colours.light?.[0]).toBe('rgb(252, 252, 251)');
  expect(colours.dark?.[4]).not.toBe(colours.light?.[4]);
});

test('who asks for less motion gets none', async ({ browser, tree }) => {
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const page = await context.newPage();
  await signIn(page, tree.demo, 'admin');
  await openPalette(page);
  await expect(page.getByRole('combobox')).toBeVisible();
  const moving = await page.evaluate(
    () => document.getAnimations().filter((one) => one.playState === 'running').length,
  );
  expect(moving).toBe(0);
  await context.close();
});

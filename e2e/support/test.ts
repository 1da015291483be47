/** Playwright's test with one running tree for the whole file, and its demo facts at hand. */

import { test as base, type Page, expect as playwrightExpect } from 'playwright/test';
import { UNDOCUMENTED } from '@/lib/contract/openapi';
import {
  type Account,
  type Demo,
  freePorts,
  newDataDir,
  startTree,
  stopTree,
  type Tree,
} from './tree';

const START_TIMEOUT_MS = 170_000;

export const test = base.extend<object, { copy: string; tree: Tree }>({
  // A file that uses another value gets a worker, and with it a tree, of its own.
  copy: ['', { scope: 'worker', option: true }],
  tree: [
    async ({ copy: _copy }, use) => {
      const tree = await startTree({ dataDir: newDataDir(), ports: await freePorts() });
      await use(tree);
      await stopTree(tree);
      playwrightExpect(tree.log()).not.toContain(UNDOCUMENTED);
    },
    { scope: 'worker', timeout: START_TIMEOUT_MS },
  ],
});
export { expect } from 'playwright/test';

/** For `expect.poll`: what takes milliseconds takes seconds on a busy machine; benches measure it. */
export const SOON = { timeout: 30_000, intervals: [50] };

export async function signIn(page: Page, demo: Demo, role: string): Promise<void> {
  const user = demo.users.find((one) => one.role === role);
  if (!user) throw new Error(`demo.json has no ${role}`);
  await givePassword(page, demo, user);
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

/** What follows may be a second factor, or no. */
export async function givePassword(
  page: Page,
  demo: Demo,
  user: { email: string; password: string },
): Promise<void> {
  await page.goto(`${demo.portalUrl}/sign-in`);
  await page.getByLabel('Email').fill(user.email);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** `user:password` of an API client, as curl wants it. */
export function apiClient(account: Account, environment: string): string {
  const client = account.apiClients.find((one) => one.environment === environment);
  if (!client) throw new Error(`demo.json has no API client in ${environment}`);
  return `${client.username}:${client.password}`;
}

/** Opens the palette by its keys; a page answers them once its scripts run. */
export async function openPalette(page: Page): Promise<void> {
  const words = page.getByRole('combobox', { name: 'Find anything' });
  await playwrightExpect(async () => {
    if (!(await words.isVisible())) await page.keyboard.press('Control+k');
    await playwrightExpect(words).toBeFocused({ timeout: 1_000 });
  }).toPass();
}

/** A passkey's device in the page's browser, which is there and unlocked whenever it is asked. */
export async function addAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
}

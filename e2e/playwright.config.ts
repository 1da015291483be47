import { defineConfig } from 'playwright/test';
import { findChromium } from '../scripts/testing/tools';

const MINUTE_MS = 60_000;
const executablePath = findChromium();
if (executablePath === null)
  throw new Error('Chromium was not found: npm test says how to install it');

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  globalSetup: './support/build.ts',
  // One tree of processes, one browser, openssl and curl: two cores have enough to do.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 3 * MINUTE_MS,
  // A page that takes a second takes ten on a busy machine.
  expect: { timeout: MINUTE_MS / 3 },
  reporter: [['list'], ['json']],
  use: {
    browserName: 'chromium',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-quic',
      ],
    },
    locale: 'en-GB',
    trace: 'retain-on-failure',
  },
});

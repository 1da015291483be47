import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');
const folders = '{lib,components,gateway,scripts,app}';
const integration = [`${folders}/**/*.integration.test.ts`];
// Two cores shared with a database or TLS servers: more workers only wait for each other.
const MAX_WORKERS = 2;
const UNIT_TIMEOUT_MS = 30_000;
const INTEGRATION_TIMEOUT_MS = 60_000;
// Opening a database and a portal, with whatever else the machine has to do.
const HOOK_TIMEOUT_MS = 180_000;

/**
 * `vitest run --project unit|pglite|postgres [path]`. Integration tests run twice: on the embedded database, and on a
 * private PostgreSQL server that lasts as long as the run.
 */
export default defineConfig({
  resolve: { alias: { '@': root } },
  test: {
    maxWorkers: MAX_WORKERS,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [`${folders}/**/*.test.{ts,tsx}`],
          exclude: ['node_modules', ...integration],
          // Many start real programs, on a machine that may be busy with others.
          testTimeout: UNIT_TIMEOUT_MS,
          hookTimeout: HOOK_TIMEOUT_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'pglite',
          include: integration,
          env: { TEST_DATABASE: 'pglite' },
          testTimeout: INTEGRATION_TIMEOUT_MS,
          hookTimeout: HOOK_TIMEOUT_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: integration,
          env: { TEST_DATABASE: 'postgres' },
          globalSetup: ['scripts/testing/private-postgres.ts'],
          testTimeout: INTEGRATION_TIMEOUT_MS,
          hookTimeout: HOOK_TIMEOUT_MS,
        },
      },
    ],
  },
});

/** `npm test`: everything, on this machine, with nothing skipped. Ends with the runners' own counts. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conclude, runSteps, type Step } from './testing/steps';
import { ensureTools } from './testing/tools';

// Whatever a test leaves behind is under this folder, which goes at the end. PostgreSQL, as another user, must pass it.
const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'));
chmodSync(folder, 0o711);
process.env.TMPDIR = folder;

const vitest = (words: string, project: string): Step => {
  const path = join(folder, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`];
  return {
    name: words,
    command: ['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...reporters],
    report: { path, kind: 'vitest' },
  };
};

const browserReport = join(folder, 'e2e.json');
const STEPS: readonly Step[] = [
  { name: 'database client', command: ['node_modules/prisma/build/index.js', 'generate'] },
  { name: 'format and lint', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'] },
  { name: 'types', command: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  {
    name: 'migrations match the schema',
    command: ['--import', 'tsx', 'scripts/migrations.ts', 'drift'],
  },
  vitest('unit tests', 'unit'),
  vitest('integration tests on the embedded database', 'pglite'),
  vitest('integration tests on PostgreSQL', 'postgres'),
  {
    name: 'end-to-end tests',
    command: ['node_modules/playwright/cli.js', 'test', '--config', 'e2e/playwright.config.ts'],
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: browserReport },
    report: { path: browserReport, kind: 'playwright' },
  },
];

try {
  ensureTools();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
const outcomes = await runSteps(STEPS);
rmSync(folder, { recursive: true, force: true });
process.exit(conclude(outcomes) ? 0 : 1);

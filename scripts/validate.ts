/** `npm run validate`: the inner loop, about a minute. `npm test` is the whole. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conclude, runSteps } from './testing/steps';

const folder = mkdtempSync(join(tmpdir(), 'countersign-validate-'));
const report = join(folder, 'unit.json');
// The gateway's tests open real TLS listeners and start processes: they are part of `npm test`.
const FOLDERS = ['lib/', 'components/', 'scripts/', 'app/'];

const outcomes = await runSteps([
  { name: 'database client', command: ['node_modules/prisma/build/index.js', 'generate'] },
  { name: 'format and lint', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'] },
  { name: 'types', command: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  {
    name: 'architecture and unit tests',
    command: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', ...FOLDERS].concat([
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]),
    report: { path: report, kind: 'vitest' },
  },
]);
rmSync(folder, { recursive: true, force: true });
process.exit(conclude(outcomes) ? 0 : 1);

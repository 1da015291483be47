/**
 * `npm run test:chaos [-- --seed N]`: portal, signer and database are crashed in every way during load, and what was
 * promised is counted afterwards. Ends with 1 when any count is not 0.
 */
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCrashes } from './chaos/run';
import { ensureBuilt, ensureGenerated } from './start/build';

const AMOUNTS = {
  kills: 100,
  failpoints: 2,
  failingInserts: 2,
  databaseCrashes: 10,
  cuts: 10,
  killsOfTwo: 12,
  repeats: 200,
};

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const { values } = parseArgs({ options: { seed: { type: 'string' } } });
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const root = process.cwd();
const started = performance.now();
const build = { root, say, signal: new AbortController().signal };
await ensureGenerated(build);
await ensureBuilt(build);
say(`seed ${seed}: npm run test:chaos -- --seed ${seed}`);
const logFile = join(tmpdir(), `countersign-crashes-${seed}.log`);
say(`log of portal and signer: ${logFile}`);
const report = await runCrashes({ root, seed, amounts: AMOUNTS, logFile, say });
const answers = Object.entries(report.answers).map(([name, count]) => `${name}: ${count}`);
say(`answers: ${answers.join(', ')} (0: none came)`);
say(`${report.issued} certificates and ${report.revoked} revocations acknowledged`);
for (const { what, found } of report.findings) say(`${String(found).padStart(6)}  ${what}`);
for (const line of report.broken) say(`        ${line}`);
const ok = report.findings.every(({ found }) => found === 0);
const minutes = ((performance.now() - started) / 60_000).toFixed(1);
say(`${ok ? 'as promised' : 'NOT AS PROMISED'}, after ${minutes} minutes`);
process.exit(ok ? 0 : 1);

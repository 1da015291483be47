/** The short version of `npm run test:chaos`: portal and signer are ended at random moments and at every failpoint. */
import { expect, test } from 'playwright/test';
import { runCrashes } from '../scripts/chaos/run';

const MINUTE_MS = 60_000;
const SEED = 4_006;
const AMOUNTS = {
  kills: 6,
  failpoints: 1,
  failingInserts: 0,
  databaseCrashes: 0,
  cuts: 0,
  killsOfTwo: 0,
  repeats: 20,
};

test('T4, T5, T6: ended anywhere between intent and answer, nothing that was acknowledged is lost, doubled or unknown', async () => {
  test.setTimeout(6 * MINUTE_MS);
  const lines: string[] = [];
  const report = await runCrashes({
    ...{ root: process.cwd(), seed: SEED, amounts: AMOUNTS },
    logFile: test.info().outputPath('processes.log'),
    say: (line) => lines.push(line),
  });
  expect(report.broken, lines.join('\n')).toEqual([]);
  expect(report.findings.filter(({ found }) => found !== 0)).toEqual([]);
  expect(report.issued).toBeGreaterThan(20);
  expect(report.revoked).toBeGreaterThan(0);
});

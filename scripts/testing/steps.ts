/** Runs the steps of a test run one after another, times them, and adds up what the runners themselves counted. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

export type Step = {
  readonly name: string;
  /** Script of this checkout or of a dependency, run by this very Node, with its arguments. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Set for a test runner: where it writes its report. A runner that reports no test has failed. */
  readonly report?: { readonly path: string; readonly kind: 'vitest' | 'playwright' };
};

export type Outcome = {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly counts: Counts | null;
};

const VitestReport = z.object({
  success: z.boolean(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});
const PlaywrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
});

export async function runSteps(steps: readonly Step[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of steps) outcomes.push(await runStep(step));
  return outcomes;
}

/** Prints a line per step and ends with the counts. @returns whether everything passed and nothing was skipped */
export function conclude(outcomes: readonly Outcome[]): boolean {
  process.stdout.write('\n');
  for (const { name, ok, seconds, counts } of outcomes) {
    const words = counts ? `, ${describe(counts)}` : '';
    process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s${words})\n`);
  }
  const total = add(outcomes.map(countsOf));
  const ok = outcomes.every((outcome) => outcome.ok) && total.skipped === 0;
  process.stdout.write(`${describe(total)}\n`);
  return ok;
}

/** A run counts only if it ran something, all of it passed, and nothing was left out. */
export function isGreen(counts: Counts): boolean {
  return counts.passed > 0 && counts.failed === 0 && counts.skipped === 0;
}

/** @returns null when there is no report or it is not one: the runner died before it could count */
export function readCounts(path: string, kind: 'vitest' | 'playwright'): Counts | null {
  if (!existsSync(path)) return null;
  const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (kind === 'vitest') {
    const { data } = VitestReport.safeParse(json);
    if (!data) return null;
    // A file that cannot even be imported has no tests to fail, yet the run is not a success.
    const failed = data.success ? data.numFailedTests : Math.max(1, data.numFailedTests);
    return {
      passed: data.numPassedTests,
      failed,
      skipped: data.numPendingTests + data.numTodoTests,
    };
  }
  const { data } = PlaywrightReport.safeParse(json);
  if (!data) return null;
  const { expected, unexpected, flaky, skipped } = data.stats;
  return { passed: expected, failed: unexpected + flaky, skipped };
}

async function runStep(step: Step): Promise<Outcome> {
  process.stdout.write(`\n--- ${step.name}\n`);
  const started = Date.now();
  const child = spawn(process.execPath, step.command, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...step.env },
  });
  const [code] = await once(child, 'exit');
  const counts = step.report ? readCounts(step.report.path, step.report.kind) : null;
  const counted = step.report ? counts !== null && isGreen(counts) : true;
  const seconds = (Date.now() - started) / 1000;
  return { name: step.name, ok: code === 0 && counted, seconds, counts };
}

/** A step that failed without a failed test, such as a runner that ran none, is one failure in the sum. */
export function countsOf({ ok, counts }: Outcome): Counts {
  const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: 0 };
  return { passed, failed: ok ? failed : Math.max(1, failed), skipped };
}

function describe({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function add(all: readonly Counts[]): Counts {
  return all.reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

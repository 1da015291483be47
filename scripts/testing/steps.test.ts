import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { countsOf, isGreen, readCounts } from './steps';

const folder = mkdtempSync(join(tmpdir(), 'countersign-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function report(content: unknown): string {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const vitest = {
  success: true,
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
};

describe('counts of a test run', () => {
  it('come from the runner’s own report', () => {
    expect(readCounts(report(vitest), 'vitest')).toEqual({ passed: 7, failed: 0, skipped: 0 });
    const stats = { expected: 3, unexpected: 1, flaky: 1, skipped: 2 };
    const counts = readCounts(report({ stats }), 'playwright');
    expect(counts).toEqual({ passed: 3, failed: 2, skipped: 2 });
  });

  it('show a failure when a file could not be loaded, though no test of it failed', () => {
    const counts = readCounts(report({ ...vitest, success: false }), 'vitest');
    expect(counts?.failed).toBe(1);
  });

  it('are missing when the runner wrote none', () => {
    expect(readCounts(join(folder, 'nothing.json'), 'vitest')).toBeNull();
    expect(readCounts(report({}), 'playwright')).toBeNull();
  });

  it('show one failure for a step that failed without a failed test', () => {
    const step = { name: 'end-to-end tests', ok: false, seconds: 1 };
    const counts = { passed: 0, failed: 0, skipped: 0 };
    expect(countsOf({ ...step, counts }).failed).toBe(1);
    expect(countsOf({ ...step, counts: null }).failed).toBe(1);
    expect(countsOf({ ...step, ok: true, counts: { ...counts, passed: 3 } }).failed).toBe(0);
  });

  it.each([
    { passed: 0, failed: 0, skipped: 0 },
    { passed: 9, failed: 1, skipped: 0 },
    { passed: 9, failed: 0, skipped: 1 },
  ])('are not green when nothing ran, something failed or something was skipped: %j', (counts) => {
    expect(isGreen(counts)).toBe(false);
  });
});

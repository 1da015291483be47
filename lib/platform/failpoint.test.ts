import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { SettingsError } from './env';
import { failpointOf } from './failpoint';

function run(script: string, settings: Record<string, string>) {
  const env = { ...process.env, ...settings };
  return spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    env,
    encoding: 'utf8',
  });
}
const VISITS = `
  import { armFailpoint, failpoint } from './lib/platform/failpoint.ts';
  armFailpoint(process.env);
  for (const visit of [1, 2, 3]) {
    failpoint('after-intent');
    failpoint('after-sign');
    console.log('passed', visit);
  }`;

describe('a failpoint', () => {
  it('ends the process by SIGKILL at the visit that was named, and not before', () => {
    const { signal, stdout } = run(VISITS, { FAILPOINT: 'after-sign:2', CRASH_TEST: '1' });
    expect(signal).toBe('SIGKILL');
    expect(stdout).toBe('passed 1\n');
  });

  it('ends nothing when none is set', () => {
    expect(run(VISITS, { FAILPOINT: '' }).stdout).toBe('passed 1\npassed 2\npassed 3\n');
  });

  it('is refused at start, in a line that says what to do, where nobody said that this is a test', () => {
    expect(() => failpointOf({ FAILPOINT: 'after-sign' })).toThrow(SettingsError);
    expect(() => failpointOf({ FAILPOINT: 'after-sign' })).toThrow(/Unset it/);
    const { status, stdout, stderr } = run(VISITS, { FAILPOINT: 'after-sign', CRASH_TEST: '' });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('this process would end itself at after-sign');
  });

  it.each(['somewhere', 'after-sign:0', 'after-sign:1:1', 'after-sign:x'])(
    'that is not one is refused: %s',
    (FAILPOINT) => {
      expect(() => failpointOf({ FAILPOINT, CRASH_TEST: '1' })).toThrow(
        /write one of after-intent/,
      );
    },
  );
});

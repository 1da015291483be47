import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataDirectory, openDataDirectory } from './data-directory';
import { tryLockFile } from './file-lock';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-directory-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('data directory', () => {
  it('is made for its owner alone, parents included', () => {
    const path = join(folder, 'a/b');
    openDataDirectory(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('is tightened when it was open to others', () => {
    const path = join(folder, 'open');
    mkdirSync(path);
    chmodSync(path, 0o755);
    openDataDirectory(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it.each(['/proc/countersign', '/dev/null/data'])('refuses %s with one line', (path) => {
    expect(() => openDataDirectory(path)).toThrow(/^The data directory .* cannot be used .*\.$/);
  });

  it('belongs to one process: a second is told which one has it', async () => {
    const lock = await lockDataDirectory(folder);
    await expect(lockDataDirectory(folder)).rejects.toThrow(
      `is in use by process ${process.pid}. Stop that one`,
    );
    lock.release();
    (await lockDataDirectory(folder)).release();
  });

  it('is taken over from a dead process, whatever number the lock file names', async () => {
    writeFileSync(join(folder, 'lock'), '1\n');
    const lock = await lockDataDirectory(folder);
    lock.release();
  });

  it('stays locked while a child that was handed the descriptor lives, and not longer', async () => {
    const file = join(folder, 'lock');
    const lock = tryLockFile(file);
    expect(lock).not.toBeNull();
    const child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', lock?.fd] });
    await once(child, 'spawn');
    lock?.release();
    expect(tryLockFile(file)).toBeNull();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const again = tryLockFile(file);
    expect(again).not.toBeNull();
    again?.release();
  });
});

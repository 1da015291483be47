import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeOnce } from './key-folder';

const limitFiles = (bytes: string) =>
  execFileSync('prlimit', [`--pid=${process.pid}`, `--fsize=${bytes}:`]);

it('a file that has no room leaves nothing behind, is not said to be there, and can be written later', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-folder-'));
  const path = join(folder, 'seal.json');
  const ignore = () => undefined;
  process.on('SIGXFSZ', ignore);
  limitFiles('8');
  try {
    expect(() => writeOnce(path, { long: 'x'.repeat(100) })).toThrow(
      `${path} cannot be written: E`,
    );
  } finally {
    limitFiles('unlimited');
    process.off('SIGXFSZ', ignore);
  }
  expect(readdirSync(folder)).toEqual([]);
  writeOnce(path, { long: 'x' });
  expect(() => writeOnce(path, { long: 'y' })).toThrow('it is there already');
  expect(readdirSync(folder)).toEqual(['seal.json']);
});

import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeWeakKeyFile } from './make-weak-key-file';
import { DIGEST_BYTES, openWeakKeyFile } from './weak-key-file';

// A hundred megabytes are written, and a busy machine has other things to do.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-weak-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const digest = (text: string) => createHash('sha256').update(text).digest('hex').toUpperCase();
async function* lines(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}
const written = (name: string, ...digests: string[]) => {
  const path = join(folder, name);
  writeFileSync(path, Buffer.from(digests.toSorted().join(''), 'hex'));
  return path;
};

describe('T9: a list of 3.2 million keys (100 MB)', () => {
  const COUNT = 3_200_000;
  const CHUNK = 32_000;

  /** Digests that rise by their first four bytes, and are chance after those. */
  function bigFile(): { path: string; some: string[] } {
    const path = join(folder, 'big');
    const file = openSync(path, 'w');
    const some: string[] = [];
    for (let first = 0; first < COUNT; first += CHUNK) {
      const chunk = randomBytes(CHUNK * DIGEST_BYTES);
      for (let at = 0; at < CHUNK; at += 1) {
        chunk.writeUInt32BE(Math.floor(((first + at) * 2 ** 32) / COUNT), at * DIGEST_BYTES);
      }
      writeSync(file, chunk);
      const at = ((first / CHUNK) * 31) % CHUNK;
      some.push(chunk.toString('hex', at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES));
      if (first === 0) some.push(chunk.toString('hex', 0, DIGEST_BYTES));
      if (first + CHUNK >= COUNT) some.push(chunk.toString('hex', chunk.length - DIGEST_BYTES));
    }
    return { path, some };
  }

  it('is searched rightly, and costs less than 5 MB of memory', async () => {
    const { path, some } = bigFile();
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    const memory = () => {
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = memory();
    const list = await openWeakKeyFile(path);
    const answers: boolean[] = [];
    for (const hex of some) answers.push(await list.has(hex), await list.has(digest(hex)));
    const grown = memory() - before;
    await list.close();
    expect(some).toHaveLength(102);
    expect(answers).toEqual(some.flatMap(() => [true, false]));
    expect(grown).toBeLessThan(5_000_000);
  });
});

describe('a list of weak keys', () => {
  it('knows the first, the last and those between, in either case, and nothing else', async () => {
    const known = Array.from({ length: 9 }, (_, at) => digest(`known ${at}`));
    const list = await openWeakKeyFile(written('list', ...known));
    for (const hex of known) {
      expect(await list.has(hex)).toBe(true);
      expect(await list.has(hex.toLowerCase())).toBe(true);
    }
    for (const hex of [digest('other'), '00'.repeat(32), 'FF'.repeat(32), '']) {
      expect(await list.has(hex)).toBe(false);
    }
    await list.close();
  });

  it('may be empty', async () => {
    const list = await openWeakKeyFile(written('empty'));
    expect(await list.has(digest('a'))).toBe(false);
    await list.close();
  });

  it.each([
    ['is missing', () => join(folder, 'none'), /cannot be opened\. Check the path/],
    [
      'is cut off',
      () => {
        const path = join(folder, 'cut');
        writeFileSync(path, new Uint8Array(63));
        return path;
      },
      /has 63 bytes.*Make it with: node --import tsx scripts\/weak-keys\.ts/,
    ],
    [
      'is not sorted',
      () => {
        const path = join(folder, 'wild');
        writeFileSync(path, randomBytes(DIGEST_BYTES * 5_000));
        return path;
      },
      /is not sorted/,
    ],
    ['has a digest twice', () => written('twice', digest('a'), digest('a')), /has a digest twice/],
    [
      'is text',
      () => {
        const path = join(folder, 'text');
        writeFileSync(path, `${digest('a')}${digest('b')}`.repeat(8));
        return path;
      },
      /is not sorted/,
    ],
  ])('that %s is refused in one line', async (_what, make, line) => {
    const error = await openWeakKeyFile(make()).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(line);
    expect(String(error)).not.toContain('\n');
  });

  it('that is replaced is taken up at once, also while it is being searched', async () => {
    const path = written('list', digest('old'));
    const list = await openWeakKeyFile(path);
    const searches = Array.from({ length: 50 }, () => list.has(digest('old')));
    renameSync(written('next', digest('new'), digest('newer')), path);
    await Promise.all(searches);
    expect(await list.has(digest('old'))).toBe(false);
    expect(await list.has(digest('new'))).toBe(true);
    await list.close();
  });

  it('that is replaced by a damaged one, or removed, stays what it was', async () => {
    const path = written('list', digest('old'));
    const list = await openWeakKeyFile(path);
    const damaged = join(folder, 'damaged');
    writeFileSync(damaged, 'no digests at all');
    renameSync(damaged, path);
    expect(await list.has(digest('old'))).toBe(true);
    rmSync(path);
    expect(await list.has(digest('old'))).toBe(true);
    renameSync(written('next', digest('new')), path);
    expect(await list.has(digest('new'))).toBe(true);
    await list.close();
  });
});

describe('making the file', () => {
  it('sorts, leaves out what is there twice, and takes comments, empty lines and either case', async () => {
    const many = Array.from({ length: 6_000 }, (_, at) => digest(`key ${at}`));
    const path = join(folder, 'made');
    const made = await makeWeakKeyFile(path, [
      { name: 'one', lines: lines('# from somewhere', '', ...many) },
      { name: 'two', lines: lines(...many.slice(0, 50).map((hex) => ` ${hex.toLowerCase()} `)) },
    ]);
    expect(made).toEqual({ digests: 6_000 });
    const list = await openWeakKeyFile(path);
    for (const hex of many.slice(0, 300)) expect(await list.has(hex)).toBe(true);
    expect(await list.has(digest('other'))).toBe(false);
    await list.close();
  });

  it('names the line that is no digest, and leaves the file that was there', async () => {
    const path = written('list', digest('old'));
    const text = { name: 'list.txt', lines: lines(digest('a'), 'abc') };
    await expect(makeWeakKeyFile(path, [text])).rejects.toThrow('list.txt, line 2: not 64');
    const list = await openWeakKeyFile(path);
    expect(await list.has(digest('old'))).toBe(true);
    await list.close();
  });
});

/**
 * Makes the sorted file of digests from text, in memory that does not grow with it: digests are dealt into 256 files by
 * their first byte, and each of those is sorted by itself.
 */
import { mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DIGEST_BYTES, WeakKeyFileError } from './weak-key-file';

/** Lines of text, and what to call them in a complaint. */
export type DigestText = { readonly name: string; readonly lines: AsyncIterable<string> };

const BUCKETS = 256;
const BUFFERED_DIGESTS = 2_048;

/**
 * @param inputs one SHA-256 of an SPKI a line, 64 hexadecimal digits; empty lines and those that start with # are left out
 * @returns how many different digests are in the file, which replaces `output` only when it is complete
 * @throws WeakKeyFileError naming the line that is no digest
 */
export async function makeWeakKeyFile(
  output: string,
  inputs: readonly DigestText[],
): Promise<{ digests: number }> {
  const target = resolve(output);
  const folder = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const bucket = (number: number) => join(folder, String(number));
    await deal(inputs, bucket);
    const made = join(folder, 'sorted');
    const digests = await collect(made, bucket);
    await rename(made, target);
    return { digests };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function deal(
  inputs: readonly DigestText[],
  pathOf: (bucket: number) => string,
): Promise<void> {
  const buckets = Array.from({ length: BUCKETS }, (_, number) => ({
    path: pathOf(number),
    buffer: Buffer.alloc(BUFFERED_DIGESTS * DIGEST_BYTES),
    used: 0,
  }));
  for (const { name, lines } of inputs) {
    let line = 0;
    for await (const raw of lines) {
      line += 1;
      const text = raw.trim();
      if (text === '' || text.startsWith('#')) continue;
      if (!/^[0-9a-f]{64}$/i.test(text)) {
        throw new WeakKeyFileError(
          `${name}, line ${line}: not 64 hexadecimal digits, the SHA-256 of a public key (SPKI, DER).`,
        );
      }
      const bucket = buckets[Number.parseInt(text.slice(0, 2), 16)];
      if (!bucket) continue;
      bucket.used += bucket.buffer.write(text, bucket.used, 'hex');
      if (bucket.used === bucket.buffer.length) await flush(bucket);
    }
  }
  for (const bucket of buckets) await flush(bucket);
}

async function flush(bucket: { path: string; buffer: Buffer; used: number }): Promise<void> {
  const file = await open(bucket.path, 'a');
  try {
    await file.writeFile(bucket.buffer.subarray(0, bucket.used));
  } finally {
    await file.close();
  }
  bucket.used = 0;
}

async function collect(output: string, pathOf: (bucket: number) => string): Promise<number> {
  const file = await open(output, 'w', 0o644);
  let digests = 0;
  try {
    for (let number = 0; number < BUCKETS; number += 1) {
      const sorted = sortedOnce(await readFile(pathOf(number)));
      await file.writeFile(sorted);
      digests += sorted.length / DIGEST_BYTES;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return digests;
}

function sortedOnce(digests: Buffer): Buffer {
  const starts = Float64Array.from(
    { length: digests.length / DIGEST_BYTES },
    (_, index) => index * DIGEST_BYTES,
  );
  const compare = (a: number, b: number) =>
    digests.compare(digests, b, b + DIGEST_BYTES, a, a + DIGEST_BYTES);
  starts.sort(compare);
  const sorted = Buffer.alloc(digests.length);
  let used = 0;
  let before = -1;
  for (const start of starts) {
    if (before >= 0 && compare(before, start) === 0) continue;
    used += digests.copy(sorted, used, start, start + DIGEST_BYTES);
    before = start;
  }
  return sorted.subarray(0, used);
}

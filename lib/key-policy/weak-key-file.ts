/**
 * A file of sorted SHA-256 digests, 32 bytes each, searched where it lies: what it costs in memory does not depend on
 * its size. A file that is renamed over it is taken up with the next question.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { log } from '@/lib/platform/log';
import type { KnownWeakKeys } from './known-weak';

export const DIGEST_BYTES = 32;
const SAMPLES = 1_024;

/** A list that cannot be relied on: one line that says what was found and what to do. */
export class WeakKeyFileError extends Error {}

/** @throws WeakKeyFileError when the file is missing, cut off or not sorted */
export async function openWeakKeyFile(path: string): Promise<KnownWeakKeys> {
  let list = await opened(path);
  let refused = '';
  let reloading: Promise<void> | null = null;

  async function reload(identity: string): Promise<void> {
    try {
      const replacement = await opened(path);
      retire(list);
      list = replacement;
    } catch (error) {
      refused = identity;
      log().error(
        { err: error, path },
        'the new list of weak keys is not usable: the old one stays',
      );
    }
  }

  return {
    async has(spkiSha256Hex) {
      const identity = await identityOf(path);
      if (identity !== list.identity && identity !== refused) {
        reloading ??= reload(identity).finally(() => {
          reloading = null;
        });
        await reloading;
      }
      return found(list, Buffer.from(spkiSha256Hex, 'hex'));
    },
    async close() {
      retire(list);
    },
  };
}

type List = {
  readonly handle: FileHandle;
  readonly identity: string;
  readonly count: number;
  /** Searches under way: the handle is closed after the last. */
  users: number;
  retired: boolean;
};

async function opened(path: string): Promise<List> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new WeakKeyFileError(
      `WEAK_KEYS_FILE is ${path}, which cannot be opened. Check the path and who may read it.`,
      { cause },
    );
  });
  try {
    const { size, ino, mtimeMs } = await handle.stat();
    const count = size / DIGEST_BYTES;
    if (!Number.isInteger(count)) {
      throw new WeakKeyFileError(
        `WEAK_KEYS_FILE has ${size} bytes, which is no whole number of digests of ${DIGEST_BYTES} bytes. ${MAKE_IT}`,
      );
    }
    await requireOrder(handle, count);
    const identity = `${ino} ${mtimeMs} ${size}`;
    return { handle, identity, count, users: 0, retired: false };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const MAKE_IT = 'Make it with: node --import tsx scripts/weak-keys.ts OUTPUT INPUT...';

// Each sample is compared with its neighbour and with the sample before: an unsorted file fails at once, and one that
// was put together from sorted parts does too.
async function requireOrder(handle: FileHandle, count: number): Promise<void> {
  const samples = Math.min(SAMPLES, count);
  let before: Buffer = Buffer.alloc(0);
  for (let sample = 0; sample < samples; sample += 1) {
    const index = Math.floor((sample * count) / samples);
    const here = await digestAt(handle, index);
    const next = index + 1 < count ? await digestAt(handle, index + 1) : null;
    if (before.compare(here) >= 0 || (next !== null && here.compare(next) >= 0)) {
      throw new WeakKeyFileError(
        `WEAK_KEYS_FILE is not sorted, or has a digest twice, about digest ${index + 1} of ${count}. ${MAKE_IT}`,
      );
    }
    before = here;
  }
}

async function found(list: List, digest: Buffer): Promise<boolean> {
  list.users += 1;
  try {
    let [low, high] = [0, list.count];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const order = (await digestAt(list.handle, middle)).compare(digest);
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return false;
  } finally {
    list.users -= 1;
    closeUnused(list);
  }
}

async function digestAt(handle: FileHandle, index: number): Promise<Buffer> {
  const buffer = Buffer.alloc(DIGEST_BYTES);
  const { bytesRead } = await handle.read(buffer, 0, DIGEST_BYTES, index * DIGEST_BYTES);
  if (bytesRead === DIGEST_BYTES) return buffer;
  throw new WeakKeyFileError(
    'WEAK_KEYS_FILE became shorter while it was read. Replace it by renaming another file over it.',
  );
}

function retire(list: List): void {
  list.retired = true;
  closeUnused(list);
}

function closeUnused(list: List): void {
  if (!list.retired || list.users > 0) return;
  list.handle
    .close()
    .catch((error: unknown) => log().warn({ err: error }, 'a list of weak keys was not closed'));
}

/** Changes with every file put in its place; one text for all that is missing. */
async function identityOf(path: string): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await stat(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return 'missing';
  }
}

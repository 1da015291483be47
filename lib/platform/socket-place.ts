/** Where a Unix socket of a data directory is, given that the path of one may not be long. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

// sun_path has 108 bytes; a longer path would be cut short without a word.
const MAX_PATH_BYTES = 104;
// Not TMPDIR: whoever looks for the socket may have another one than who made it.
const ANYWHERE = '/tmp';

/**
 * In the data directory, or, where its path is too long for a socket, in a folder of its owner's.
 * @param name relative to the data directory
 */
export function socketPlace(dataDir: string, name: string): string {
  const inside = join(resolve(dataDir), name);
  if (Buffer.byteLength(inside) <= MAX_PATH_BYTES) return inside;
  const digest = createHash('sha256').update(inside).digest('hex').slice(0, 24);
  return join(ANYWHERE, `countersign-${ownerOf(dataDir)}-${digest}`, name.replaceAll('/', '-'));
}

/**
 * Makes the folder of a socket, if need be, for this user alone.
 * @throws Error when it is there and somebody else's
 */
export function makeSocketFolder(path: string, dataDir: string): void {
  const folder = dirname(path);
  if (folder === resolve(dataDir)) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  assertOwnFolder(folder, [process.getuid?.() ?? 0]);
}

/**
 * Who may write into the folder above this one could have put something else in its place.
 * @throws Error when it is a link, or somebody else's, or others may write into it
 */
export function assertOwnFolder(folder: string, owners: readonly number[]): void {
  const facts = lstatSync(folder);
  const ours = facts.isDirectory() && owners.includes(facts.uid) && (facts.mode & 0o022) === 0;
  if (!ours)
    throw new Error(`${folder} is not a private folder of ours: look into it, and remove it`);
}

function ownerOf(dataDir: string): number {
  return statSync(dataDir).uid;
}

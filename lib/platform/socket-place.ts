/** Where a Unix socket of a data directory is, given that the path of one may not be long. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

// sun_path has 108 bytes; a longer path would be cut short without a word.
const MAX_PATH_BYTES = 104;

/**
 * In the data directory, or, where its path is too long for a socket, in a folder of its owner's.
 * @param name relative to the data directory
 */
export function socketPlace(dataDir: string, name: string): string {
  const inside = join(resolve(dataDir), name);
  if (Buffer.byteLength(inside) <= MAX_PATH_BYTES) return inside;
  const digest = createHash('sha256').update(inside).digest('hex').slice(0, 24);
  return join(tmpdir(), `countersign-${ownerOf(dataDir)}-${digest}`, name.replaceAll('/', '-'));
}

/**
 * Makes the folder of a socket outside its data directory, for the data directory's owner alone.
 * @throws Error when it is there and somebody else's
 */
export function makeSocketFolder(path: string, dataDir: string): void {
  const folder = dirname(path);
  if (folder.startsWith(resolve(dataDir))) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const facts = lstatSync(folder);
  if (!facts.isDirectory() || facts.uid !== ownerOf(dataDir) || (facts.mode & 0o077) !== 0) {
    throw new Error(`${folder} is not a private folder of ours: remove it`);
  }
}

function ownerOf(dataDir: string): number {
  return statSync(dataDir).uid;
}

/** The hash tree of Certificate Transparency, over which a checkpoint is signed. */
import { createHash } from 'node:crypto';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** @see RFC 9162, 2.1.1 */
export function leafHash(data: string | Uint8Array): Uint8Array {
  return hash(LEAF, typeof data === 'string' ? Buffer.from(data) : data);
}

/**
 * @param leaves hashes by `leafHash`, at least one
 * @see RFC 9162, 2.1.1
 */
export function treeRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (!first) throw new Error('a tree has a leaf');
  if (leaves.length === 1) return first;
  const split = splitOf(leaves.length);
  return hash(NODE, treeRoot(leaves.slice(0, split)), treeRoot(leaves.slice(split)));
}

/**
 * What a leaf is hashed with on the way to the root, nearest first.
 * @see RFC 9162, 2.1.3.1
 */
export function inclusionPath(leaves: readonly Uint8Array[], position: number): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const split = splitOf(leaves.length);
  const left = leaves.slice(0, split);
  const right = leaves.slice(split);
  return position < split
    ? [...inclusionPath(left, position), treeRoot(right)]
    : [...inclusionPath(right, position - split), treeRoot(left)];
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

function hash(...parts: Uint8Array[]): Uint8Array {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return new Uint8Array(digest.digest());
}

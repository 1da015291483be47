import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { inclusionPath, leafHash, treeRoot } from './merkle';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const leaves = (count: number) => Array.from({ length: count }, (_, index) => leafHash(`${index}`));

// The vectors that implementations of Certificate Transparency share.
const SHARED = ['', '00', '10', '2021', '3031', '40414243'].map((text) =>
  leafHash(Buffer.from(text, 'hex')),
);

it('RFC 9162, 2.1.1: the roots of the shared vectors', () => {
  expect(hex(treeRoot(SHARED.slice(0, 1)))).toBe(
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  );
  expect(hex(treeRoot(SHARED.slice(0, 3)))).toBe(
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  );
});

it('RFC 9162, 2.1.3.2: every leaf of every small tree is proved by its path', () => {
  for (let size = 1; size <= 20; size += 1) {
    const tree = leaves(size);
    for (const [position, leaf] of tree.entries()) {
      const path = inclusionPath(tree, position);
      expect(hex(rootBy(leaf, { position, size, path }))).toBe(hex(treeRoot(tree)));
    }
  }
});

/** The algorithm of the clause, step by step. */
function rootBy(
  leaf: Uint8Array,
  { position, size, path }: { position: number; size: number; path: Uint8Array[] },
): Uint8Array {
  let node = position;
  let last = size - 1;
  let hash = leaf;
  for (const beside of path) {
    if (node % 2 === 1 || node === last) {
      hash = both(beside, hash);
      while (node % 2 === 0 && node !== 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = both(hash, beside);
    }
    node >>= 1;
    last >>= 1;
  }
  expect(last).toBe(0);
  return hash;
}

function both(left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();
}

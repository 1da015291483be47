import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordTable } from '@/lib/edge/record-table';

const key = (n: number) => createHash('sha256').update(String(n)).digest();

describe('recordTable', () => {
  it('agrees with a Map after any sequence of puts and removals', () => {
    const step = fc.record({ n: fc.integer({ min: 0, max: 60 }), put: fc.boolean(), v: fc.nat() });
    // Keys that share a shard and all hash bits probe into each other.
    const collide = (n: number) => new Uint8Array(32).fill(n, 31);
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 300 }),
        fc.constantFrom(key, collide),
        (steps, keyOf) => {
          const table = recordTable(8);
          const model = new Map<number, number>();
          for (const { n, put, v } of steps) {
            if (put) {
              const handle = table.put(keyOf(n));
              table.view(handle).setFloat64(table.offset(handle), v);
              model.set(n, v);
            } else {
              expect(table.remove(keyOf(n))).toBe(model.delete(n));
            }
          }
          expect(table.size).toBe(model.size);
          for (let n = 0; n <= 60; n += 1) {
            const handle = table.find(keyOf(n));
            const value =
              handle < 0 ? undefined : table.view(handle).getFloat64(table.offset(handle));
            expect(value).toBe(model.get(n));
          }
          expect([...table.handles()].length).toBe(model.size);
        },
      ),
      { numRuns: 200, seed: 4 },
    );
  });

  it('refuses a key that is not 32 bytes', () => {
    expect(() => recordTable(8).find(new Uint8Array(31))).toThrow(TypeError);
  });

  it('a removed record leaves nothing behind for the next of the same key', () => {
    const table = recordTable(8);
    const first = table.put(key(1));
    table.view(first).setFloat64(table.offset(first), 7);
    table.remove(key(1));
    const again = table.put(key(1));
    expect(table.view(again).getFloat64(table.offset(again))).toBe(0);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf, pageOf } from './page';

describe('a page of a list', () => {
  const rows = ['a', 'b', 'c'];

  it('has a cursor only where there is more, and the cursor is the key of its last row', () => {
    expect(pageOf(rows, 3, (row) => [row])).toEqual({ items: rows, nextCursor: null });
    const page = pageOf(rows, 2, (row) => [row, 'x']);
    expect(page.items).toEqual(['a', 'b']);
    expect(keyOf(page.nextCursor ?? '', [/^[a-z]$/, /^x$/])).toEqual(['b', 'x']);
  });

  it('gives back any key it was given', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (key) => {
        const { nextCursor } = pageOf([1, 2], 1, () => key);
        expect(
          keyOf(
            nextCursor ?? '',
            key.map(() => /^.*$/s),
          ),
        ).toEqual(key);
      }),
    );
  });

  it.each(['', 'nonsense', 'bnVsbA', 'WzFd', 'WyJhIiwiYiJd', 'Y3J0XzAw'])(
    'a cursor %j that was not given for the list is refused',
    (cursor) => {
      expect(() => keyOf(cursor, [/^[a-z]+$/])).toThrow('invalid_request');
    },
  );
});

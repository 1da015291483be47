import { describe, expect, it } from 'vitest';
import { columnsPath, stackedParts } from './geometry';

describe('columns', () => {
  it('stand on the bottom, the highest reaches the top', () => {
    expect(columnsPath([5, 10, 0], 10)).toBe('M0 100L0 50L10 50L10 0L20 0L20 100L30 100L30 100Z');
  });

  it('one call among many can be seen, and no call is no area', () => {
    expect(columnsPath([1, 100_000], 100_000)).toContain('L0 97');
    expect(columnsPath([0, 0], 0)).toBe('');
    expect(columnsPath([0, 0], 10)).toBe('');
  });
});

describe('parts of a bar', () => {
  it('fill it, in their order, with gaps between them', () => {
    const parts = stackedParts([50, 0, 25, 25]);
    expect(parts.map(({ width }) => width > 0)).toEqual([true, false, true, true]);
    expect(parts[0]?.width).toBeCloseTo(49.6, 1);
    expect(parts[2]?.x).toBeCloseTo(50, 0);
    const last = parts[3];
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeCloseTo(100, 1);
  });

  it('what is not nothing is seen, beside however much', () => {
    const [small, large] = stackedParts([1, 1_000_000]);
    expect(small?.width).toBeGreaterThan(0.5);
    expect(large?.width).toBeLessThan(100);
  });

  it('of nothing are no parts, and of one all', () => {
    expect(stackedParts([0, 0])).toEqual([
      { x: 0, width: 0 },
      { x: 0, width: 0 },
    ]);
    expect(stackedParts([7])).toEqual([{ x: 0, width: 100 }]);
  });
});

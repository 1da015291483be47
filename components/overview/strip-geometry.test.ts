import { describe, expect, it } from 'vitest';
import { monthsOf, percentAt, stripWindow } from './strip-geometry';

describe('strip of twelve months', () => {
  it('begins with the month before today and covers twelve, across a new year', () => {
    const window = stripWindow(new Date('2026-01-31T23:59:59Z'));
    expect(window.from.toISOString()).toBe('2025-12-01T00:00:00.000Z');
    expect(window.to.toISOString()).toBe('2026-12-01T00:00:00.000Z');
    expect(monthsOf(window)).toHaveLength(12);
  });

  it('places times by their share of the window and keeps what is outside at the edge', () => {
    const window = stripWindow(new Date('2026-11-18T14:05:00Z'));
    expect(percentAt(new Date('2026-10-01T00:00:00Z'), window)).toBe(0);
    expect(percentAt(new Date('2026-11-18T14:05:00Z'), window)).toBeCloseTo(13.3, 1);
    expect(percentAt(new Date('2020-01-01T00:00:00Z'), window)).toBe(0);
    expect(percentAt(new Date('2036-01-01T00:00:00Z'), window)).toBe(100);
  });
});

import { describe, expect, it } from 'vitest';
import { callsText, firstAndMore, shareText } from './numbers';

describe('numbers in words', () => {
  it.each([
    [0, 0, '0 %'],
    [0, 10, '0 %'],
    [10, 10, '100 %'],
    [646, 1_000, '64.6 %'],
    [1, 2, '50 %'],
    [1, 100_000, 'under 0.1 %'],
    [99_999, 100_000, 'over 99.9 %'],
    [998, 1_000, '99.8 %'],
  ])('%i of %i is %s', (part, of, text) => {
    expect(shareText(part, of)).toBe(text);
  });

  it('calls are counted, and groups of three can be read', () => {
    expect(callsText(1)).toBe('1 call');
    expect(callsText(1_204)).toBe('1,204 calls');
  });

  it('a list says its first and how many more', () => {
    expect(firstAndMore([])).toBe('');
    expect(firstAndMore(['a'])).toBe('a');
    expect(firstAndMore(['a', 'b', 'c'])).toBe('a and 2 more');
  });
});

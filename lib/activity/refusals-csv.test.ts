import { describe, expect, it } from 'vitest';
import { cell } from './refusals-csv';

describe('T23: a cell of an export', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
    '%j is text, not a formula',
    (value) => {
      expect(cell(value)).toBe(`"'${value}"`);
    },
  );

  it('RFC 4180, 2.7: quotes are doubled, and commas and line breaks stay inside', () => {
    expect(cell('a "b", c\r\nd')).toBe('"a ""b"", c\r\nd"');
  });

  it('what is no formula is left as it is', () => {
    expect(cell('curl/8.14.1')).toBe('"curl/8.14.1"');
    expect(cell('')).toBe('""');
  });
});

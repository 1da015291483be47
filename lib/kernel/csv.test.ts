import { describe, expect, it } from 'vitest';
import { csvRow } from './csv';

describe('T23: a cell of an export', () => {
  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1+1',
    '＋1',
    '－1',
    '＠SUM(A1)',
  ])('%j is text, not a formula', (value) => {
    expect(csvRow([value])).toBe(`"'${value}"\r\n`);
  });

  it('RFC 4180, 2.7: quotes are doubled, and commas and line breaks stay inside', () => {
    expect(csvRow(['a "b", c\r\nd', 'e'])).toBe('"a ""b"", c\r\nd","e"\r\n');
  });

  it('what is no formula is left as it is', () => {
    expect(csvRow(['curl/8.14.1', ''])).toBe('"curl/8.14.1",""\r\n');
  });
});

import { expect, it } from 'vitest';
import { canonicalJson } from './canonical-json';

it('RFC 8785, 3.2.2: the example of the clause, numbers and strings as ECMAScript prints them', () => {
  const value = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
      '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

it('RFC 8785, 3.2.3: names are sorted by UTF-16 code units, not by code points', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\u{1f600}': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  };
  expect([...canonicalJson(value).matchAll(/:"(\w+)/g)].map(([, word]) => word)).toEqual([
    'Carriage',
    'One',
    'Control',
    'Latin',
    'Euro',
    'Emoji',
    'Hebrew',
  ]);
});

it('RFC 8785, 3.2.2.3: a negative zero is a zero', () => {
  expect(canonicalJson({ zero: -0 })).toBe('{"zero":0}');
});

it.each([
  ['NaN', Number.NaN],
  ['an infinity', Number.POSITIVE_INFINITY],
  ['a lone surrogate', 'a\ud800b'],
  ['a lone surrogate in a name', { 'a\udc00': 1 }],
])('RFC 8785, 3.1: %s has no text, since no JSON could say it', (_what, value) => {
  expect(() => canonicalJson(value)).toThrow(RangeError);
});

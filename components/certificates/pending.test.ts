import { expect, it } from 'vitest';
import { givenUpIn } from './pending';

it.each([
  ['2026-11-21T12:00:00.000Z', 'in 15 min'],
  ['2026-11-21T12:00:01.000Z', 'in 15 min'],
  ['2026-11-21T12:14:59.000Z', 'in 1 min'],
  ['2026-11-21T12:15:00.000Z', 'any moment'],
  ['2026-11-21T12:20:00.000Z', 'any moment'],
])('at %s what is void at 12:15 is given up %s', (now, words) => {
  expect(givenUpIn({ voidAt: '2026-11-21T12:15:00.000Z' }, new Date(now))).toBe(words);
});

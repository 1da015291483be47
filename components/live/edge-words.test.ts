import { expect, it } from 'vitest';
import type { EdgeLag } from '@/lib/contract/live';
import { edgeSentences } from './edge-words';

const now = new Date('2026-11-21T14:05:00.000Z');
const lag = (edge: string, is: EdgeLag['is'], since: string): EdgeLag => ({ edge, is, since });

it('says which edge lags, since when, and by what it decides', () => {
  expect(edgeSentences([], now)).toEqual([]);
  expect(edgeSentences([lag('edge-1', 'behind', '2026-11-21T14:02:11.000Z')], now)).toEqual([
    'Changes made at 14:02 UTC have not reached edge-1 yet: it decides by what it knew.',
  ]);
  expect(
    edgeSentences(
      [
        lag('edge-1', 'silent', '2026-11-21T14:03:00.000Z'),
        lag('edge-2', 'silent', '2026-11-20T23:59:00.000Z'),
      ],
      now,
    ),
  ).toEqual([
    'edge-1 and edge-2 have not been in touch since 2026-11-20 23:59 UTC: they decide by what they knew then.',
  ]);
});

it('an edge that refuses what it is sent is named with why that can be', () => {
  expect(edgeSentences([lag('edge-1', 'refusing', '2026-11-21T14:04:00.000Z')], now)).toEqual([
    'edge-1 refuses what this portal sends, as it would a forged or an older state: it decides by what it knew before. Your provider is told.',
  ]);
});

it('more than three edges are counted, not named', () => {
  const many = ['a', 'b', 'c', 'd'].map((name) => lag(name, 'behind', '2026-11-21T14:02:11.000Z'));
  expect(edgeSentences(many, now)[0]).toContain('4 edges');
});

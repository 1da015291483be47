import { describe, expect, it } from 'vitest';
import type { DecisionView } from '@/lib/contract/live';
import { REFUSALS } from '@/lib/kernel/refusals';
import { merged, mergedAll, SHOWN } from './merge';
import { decision } from './testing';

const refused = (differs: Partial<DecisionView>) =>
  decision({
    ...differs,
    refusal: { code: 'certificate_expired', ...REFUSALS.certificate_expired },
  });

describe('merged decisions', () => {
  it('a busy program takes one row, with the number of its calls, and a refusal stays in sight', () => {
    let shown = merged([], refused({ sequence: '1', apiClientName: 'nightly' }));
    for (let n = 2; n < 40; n += 1)
      shown = merged(shown, decision({ sequence: String(n), calls: 5 }));
    expect(shown.map(({ sequence, total }) => [sequence, total])).toEqual([
      ['39', 190],
      ['1', 1],
    ]);
  });

  it('the same event twice, as after a reconnect, counts once', () => {
    const one = decision({ sequence: '7', calls: 2 });
    const shown = merged([], one);
    expect(merged(shown, one)).toEqual(shown);
  });

  it('what was known at load is merged alike, the newest first', () => {
    const latest = [
      decision({ sequence: '3' }),
      refused({ sequence: '2' }),
      decision({ sequence: '1' }),
    ];
    expect(mergedAll(latest).map(({ sequence, total }) => [sequence, total])).toEqual([
      ['3', 2],
      ['2', 1],
    ]);
  });

  it(`at most ${SHOWN} rows are kept`, () => {
    const latest = Array.from({ length: 20 }, (_, n) =>
      decision({ sequence: String(20 - n), apiClientName: `client ${n}` }),
    );
    expect(mergedAll(latest)).toHaveLength(SHOWN);
    expect(mergedAll(latest)[0]?.sequence).toBe('20');
  });
});

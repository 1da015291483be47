import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modeAt, policyTimeline, strictest, suspended } from '@/lib/edge/mode';
import { ENFORCEMENT_MODES } from '@/lib/kernel/environments';

const trial = { mode: 'enforce', trialEndsAt: 100, trialBefore: 'observe' } as const;
const settled = { trialEndsAt: null, trialBefore: null } as const;

describe('modes over time', () => {
  it('a trial holds until its end and not at it', () => {
    const timeline = policyTimeline(trial);
    expect([99.999, 100].map((at) => modeAt(timeline, at))).toEqual(['enforce', 'observe']);
  });

  it('an end within a second is rounded up, so that nobody reverts early', () => {
    const timeline = policyTimeline({ ...trial, trialEndsAt: 99.2 });
    expect(modeAt(timeline, 99.9)).toBe('enforce');
  });

  it("a parent's policy holds below while a trial below it ends", () => {
    const parent = policyTimeline({ mode: 'enforce', ...settled });
    expect(strictest([policyTimeline(trial), parent])).toEqual([{ mode: 'enforce', until: null }]);
  });

  it('without any policy nothing is enforced', () => {
    expect(strictest([])).toEqual([{ mode: 'off', until: null }]);
  });

  it('of several, the strictest holds at every moment', () => {
    const policy = fc
      .record({
        mode: fc.constantFrom(...ENFORCEMENT_MODES),
        trialEndsAt: fc.option(fc.integer({ min: 0, max: 50 })),
        trialBefore: fc.constantFrom(...ENFORCEMENT_MODES),
      })
      .map(policyTimeline);
    fc.assert(
      fc.property(
        fc.array(policy, { maxLength: 4 }),
        fc.integer({ min: -1, max: 60 }),
        (all, at) => {
          const ranks = all.map((one) => ENFORCEMENT_MODES.indexOf(modeAt(one, at)));
          const expected = ENFORCEMENT_MODES[Math.max(0, ...ranks)];
          expect(modeAt(strictest(all), at)).toBe(expected);
        },
      ),
    );
  });

  it('break-glass: nothing is enforced until its end, and then what the policy says', () => {
    const enforced = policyTimeline({ mode: 'enforce', ...settled });
    const timeline = suspended(enforced, 100);
    expect(timeline).toEqual([
      { mode: 'observe', until: 100 },
      { mode: 'enforce', until: null },
    ]);
    expect([99.999, 100].map((at) => modeAt(timeline, at))).toEqual(['observe', 'enforce']);
    expect(suspended(enforced, null)).toEqual(enforced);
  });

  it('break-glass: what was not enforced anyway is as it was, at every moment', () => {
    const policy = fc
      .record({
        mode: fc.constantFrom(...ENFORCEMENT_MODES),
        trialEndsAt: fc.option(fc.integer({ min: 0, max: 50 })),
        trialBefore: fc.constantFrom(...ENFORCEMENT_MODES),
      })
      .map(policyTimeline);
    const moment = fc.integer({ min: -1, max: 60 });
    fc.assert(
      fc.property(policy, moment, moment, (timeline, until, at) => {
        const before = modeAt(timeline, at);
        const expected = at < until && before === 'enforce' ? 'observe' : before;
        expect(modeAt(suspended(timeline, until), at)).toBe(expected);
      }),
    );
  });
});

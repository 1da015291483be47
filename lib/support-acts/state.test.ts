import { describe, expect, it } from 'vitest';
import type { Act } from '@/lib/contract/support-acts';
import { HOUR_MS, MINUTE_MS } from '@/lib/kernel/time';
import { type ActFacts, deadlineOf, needsSecondPerson, stateOf } from './state';

const asked = new Date('2026-11-21T12:00:00Z');
const later = (ms: number) => new Date(asked.getTime() + ms);
const nothing: ActFacts = {
  needsSecondPerson: true,
  askedAt: asked,
  ...{ decision: null, decidedAt: null, doneAt: null, endsAt: null, endedAt: null, failedAt: null },
};
const approved = { ...nothing, decision: 'approved', decidedAt: later(HOUR_MS) };
const running = { ...approved, doneAt: later(HOUR_MS), endsAt: later(2 * HOUR_MS) };

describe('where an act stands', () => {
  it.each([
    ['waits for a second person', nothing, 0, 'waiting'],
    ['still waits a moment before a day is over', nothing, 24 * HOUR_MS - 1, 'waiting'],
    ['lapses after a day', nothing, 24 * HOUR_MS, 'lapsed'],
    ['is declined for good', { ...nothing, decision: 'declined', decidedAt: asked }, 0, 'declined'],
    ['is withdrawn', { ...nothing, decision: 'withdrawn', decidedAt: asked }, 0, 'withdrawn'],
    ['is approved', approved, HOUR_MS, 'approved'],
    ['is approved for 30 minutes', approved, HOUR_MS + 30 * MINUTE_MS - 1, 'approved'],
    ['expires when they are over', approved, HOUR_MS + 30 * MINUTE_MS, 'expired'],
    ['an approval without a moment is none', { ...approved, decidedAt: null }, 0, 'waiting'],
    ['needs nobody else', { ...nothing, needsSecondPerson: false }, 0, 'approved'],
    [
      'what was not done in time expires without an approval too',
      { ...nothing, needsSecondPerson: false },
      30 * MINUTE_MS,
      'expired',
    ],
    ['was done', { ...approved, doneAt: later(HOUR_MS) }, 99 * HOUR_MS, 'done'],
    ['runs', running, 2 * HOUR_MS - 1, 'running'],
    ['ends by itself at its instant', running, 2 * HOUR_MS, 'ended'],
    ['was ended early', { ...running, endedAt: later(HOUR_MS) }, HOUR_MS, 'ended'],
    ['could not be done', { ...approved, failedAt: later(HOUR_MS) }, HOUR_MS, 'failed'],
  ] as const)('%s', (_promise, facts, ms, state) => {
    expect(stateOf(facts, later(ms))).toBe(state);
  });

  it('says until when it can be decided, and then until when it can be done', () => {
    expect(deadlineOf(nothing, asked)).toEqual(later(24 * HOUR_MS));
    expect(deadlineOf(approved, later(HOUR_MS))).toEqual(later(HOUR_MS + 30 * MINUTE_MS));
    expect(deadlineOf(running, later(HOUR_MS))).toBeNull();
  });
});

describe('what needs a second person', () => {
  const acts: [Act, boolean][] = [
    [{ kind: 'suspend-account' }, true],
    [{ kind: 'resume-account' }, false],
    [{ kind: 'live-limit', limit: 10 }, false],
    [{ kind: 'live-limit', limit: 11 }, true],
    [{ kind: 'plan', plan: 'none' }, false],
    [{ kind: 'break-glass', environment: 'sandbox', minutes: 15 }, true],
    [{ kind: 'grant-manage-mtls', email: 'a@b.example', environment: null }, false],
    [{ kind: 'compromise', spkiSha256: 'A'.repeat(64), since: '2026-11-21T00:00:00Z' }, true],
  ];
  it.each(acts)('%j: %s', (act, expected) => {
    expect(needsSecondPerson(act)).toBe(expected);
  });
});

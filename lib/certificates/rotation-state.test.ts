import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '@/lib/kernel/time';
import { type RotationFacts, rotationState } from './rotation-state';

const now = new Date('2026-11-21T12:00:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);

function stateOf(change: {
  status?: RotationFacts['old']['status'];
  oldSeen?: Date | null;
  nextSeen?: Date | null;
  idleDays?: number;
  lately?: RotationFacts['lately'];
  lagging?: string[];
}) {
  return rotationState({
    old: {
      status: change.status ?? 'live',
      createdAt: ago(300 * DAY_MS),
      lastSeenAt: change.oldSeen === undefined ? ago(HOUR_MS) : change.oldSeen,
    },
    next: { lastSeenAt: change.nextSeen === undefined ? ago(HOUR_MS / 2) : change.nextSeen },
    idleDays: change.idleDays ?? 3,
    lately: change.lately ?? { old: 0, next: 0 },
    lagging: change.lagging ?? [],
  });
}

describe('the state of a rotation', () => {
  it.each([
    ['waiting', 'while the new one has made no call', { nextSeen: null }],
    [
      'waiting',
      'however long the old one has been idle',
      { nextSeen: null, oldSeen: ago(99 * DAY_MS) },
    ],
    ['moving', 'while calls come with both', { lately: { old: 62, next: 38 } }],
    ['moving', 'when the new one was tried once', { lately: { old: 62, next: 0 } }],
    ['resting', 'when the calls of a day came with the new one', { oldSeen: ago(26 * HOUR_MS) }],
    [
      'resting',
      'a second before the days are over',
      { oldSeen: ago(3 * DAY_MS + HOUR_MS / 2 - 1) },
    ],
    ['safe', 'once they are over', { oldSeen: ago(3 * DAY_MS + HOUR_MS / 2) }],
    ['safe', 'when the old one was never used, and is old enough', { oldSeen: null }],
    ['resting', 'when more days were asked for', { oldSeen: ago(5 * DAY_MS), idleDays: 14 }],
    [
      'left-behind',
      'while an API client has called with the old one only',
      { oldSeen: ago(9 * DAY_MS), lagging: ['legacy-batch'] },
    ],
    [
      'quiet',
      'when the last call came with the old one, however long ago',
      { oldSeen: ago(20 * DAY_MS), nextSeen: ago(25 * DAY_MS) },
    ],
    [
      'resting',
      'when nothing was seen for days: idle counts as far as traffic was seen',
      { oldSeen: ago(20 * DAY_MS), nextSeen: ago(19 * DAY_MS) },
    ],
    ['over', 'once the old one was revoked', { status: 'revoked' as const }],
    ['over', 'once the old one has ended', { status: 'expired' as const }],
  ])('is %s %s', (state, _when, change) => {
    expect(stateOf(change)).toBe(state);
  });
});

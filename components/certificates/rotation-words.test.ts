import { describe, expect, it } from 'vitest';
import type { RotationView } from '@/lib/contract/views';
import { count, rotationWords, shareOf } from './rotation-words';

const side = {
  ...{ id: 'crt_1', label: 'ERP', status: 'live' as const, slot: 1, revokedAt: null },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', notAfter: '2027-01-01T00:00:00.000Z' },
  lastSeenAt: '2026-11-18T09:00:00.000Z',
};
const rotation: RotationView = {
  ...{ old: side, next: side, state: 'safe', idleFrom: '2026-11-18T09:00:00.000Z', idleDays: 3 },
  ...{ rule: null, lately: { old: 62, next: 38 }, lagging: [], unit: 'day', points: [] },
  now: '2026-11-21T12:00:00.000Z',
};
const says = (change: Partial<RotationView>) => {
  const { sentence, soft } = rotationWords({ ...rotation, ...change });
  return `${sentence} ${soft}`;
};

describe('the words of a rotation', () => {
  it('give the share while calls move, and say when the old one may go', () => {
    expect(says({ state: 'moving' })).toMatch(/^38 % of calls use the new certificate\./);
    expect(says({ state: 'moving' })).toContain('Of 100 calls in the last 24 hours, 62 came');
    expect(says({})).toMatch(/^The old one has been idle for 3 days: it is safe to revoke\./);
    expect(says({ state: 'resting', idleFrom: '2026-11-20T10:00:00.000Z' })).toContain(
      'came 26 hours ago. After 3 days',
    );
  });

  it('name who was left behind', () => {
    const lagging = ['legacy-batch', 'nightly-export'];
    expect(says({ state: 'left-behind', lagging })).toContain(
      'but legacy-batch and nightly-export have not called with the new one.',
    );
  });

  it('never round calls with both to none or all', () => {
    expect(shareOf({ old: 1, next: 9_999 })).toBe(99);
    expect(shareOf({ old: 9_999, next: 1 })).toBe(1);
    expect([shareOf({ old: 5, next: 0 }), shareOf({ old: 0, next: 5 })]).toEqual([0, 100]);
    expect(shareOf({ old: 0, next: 0 })).toBe(0);
  });

  it('write numbers in groups of three', () => {
    expect([412, 1_412, 878_887, 1_000_000].map(count)).toEqual([
      '412',
      '1,412',
      '878,887',
      '1,000,000',
    ]);
  });
});

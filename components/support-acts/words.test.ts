import { describe, expect, it } from 'vitest';
import type { AccountStanding } from '@/lib/contract/support-acts';
import { grantable, lengthText, offeredTo, titleOf } from './words';

const standing: AccountStanding = {
  ...{ id: 'acc_1', name: 'Meridian Freight', liveLimit: 5, liveCount: 3, plan: 'standard' },
  ...{ suspendedAt: null, enforced: [] },
  members: [
    { email: 'a@m.example', name: 'A', role: 'admin', environment: null },
    { email: 'v@m.example', name: 'V', role: 'viewer', environment: null },
    { email: 's@m.example', name: 'S', role: 'manage_mtls', environment: 'sandbox' },
    { email: 'm@m.example', name: 'M', role: 'manage_mtls', environment: null },
  ],
};

describe('acts in words', () => {
  it('a length is told as people say it', () => {
    expect([15, 60, 90, 1_440].map(lengthText)).toEqual([
      '15 minutes',
      '1 hour',
      '1 hour 30 minutes',
      '24 hours',
    ]);
  });

  it('a title says what and where', () => {
    expect(titleOf({ kind: 'break-glass', environment: 'production', minutes: 60 })).toBe(
      'Suspend enforcement in Production for 1 hour',
    );
  });

  it('a suspended account is resumed and not suspended again', () => {
    expect(offeredTo(standing)).toContain('suspend-account');
    const suspended = offeredTo({ ...standing, suspendedAt: '2026-11-21T12:00:00Z' });
    expect(suspended).toContain('resume-account');
    expect(suspended).not.toContain('suspend-account');
  });

  it('a right is granted to who would have more by it', () => {
    expect(grantable(standing).map(({ name }) => name)).toEqual(['V', 'S']);
  });
});

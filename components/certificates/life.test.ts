import { describe, expect, it } from 'vitest';
import { daysText, lifeOf } from './life';

const year = { notBefore: '2026-01-01T00:00:00.000Z', notAfter: '2027-01-01T00:00:00.000Z' };

describe('life of a certificate', () => {
  it('is live, then expiring from 30 days before its end', () => {
    const live = { ...year, status: 'live' as const };
    expect(lifeOf(live, new Date('2026-12-01T00:00:00Z'))).toMatchObject({
      state: 'live',
      daysLeft: 31,
    });
    expect(lifeOf(live, new Date('2026-12-01T00:00:01Z'))).toMatchObject({
      state: 'expiring',
      daysLeft: 30,
    });
  });

  it('counts whole days down and never below none', () => {
    const live = { ...year, status: 'live' as const };
    expect(lifeOf(live, new Date('2026-12-31T00:00:01Z')).daysLeft).toBe(0);
    const expired = { ...year, status: 'expired' as const };
    expect(lifeOf(expired, new Date('2027-03-01T00:00:00Z'))).toEqual({
      state: 'expired',
      daysLeft: 0,
      percentLeft: 0,
    });
  });

  it('stays revoked whatever its dates', () => {
    const revoked = { ...year, status: 'revoked' as const };
    expect(lifeOf(revoked, new Date('2026-02-01T00:00:00Z')).state).toBe('revoked');
    expect(lifeOf(revoked, new Date('2028-02-01T00:00:00Z')).state).toBe('revoked');
  });

  it('says a last day as less than one', () => {
    expect([0, 1, 2].map(daysText)).toEqual(['less than a day', '1 day', '2 days']);
  });
});

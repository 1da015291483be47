import { describe, expect, it } from 'vitest';
import { callsSentence, hurts } from './revocation-cost';

const lastSeenAt = '2026-11-21T12:00:00.000Z';

describe('what revoking would hurt', () => {
  it('is named by calls and API clients', () => {
    expect(callsSentence({ calls: 412, by: ['nightly-export', 'erp'], lastSeenAt })).toBe(
      '412 calls in the last 24 hours, by nightly-export and erp, would be refused.',
    );
    expect(callsSentence({ calls: 1, by: [], lastSeenAt })).toBe(
      '1 call in the last 24 hours would be refused.',
    );
    const many = Array.from({ length: 7 }, (_, index) => `c${index}`);
    expect(callsSentence({ calls: 9, by: many, lastSeenAt })).toContain(
      'c4 and 2 more API clients',
    );
  });

  it('asks for a typed word when there is any', () => {
    const none = { outage: null, shortage: null, use: null };
    expect(hurts(none)).toBe(false);
    expect(hurts({ ...none, outage: 'All stops.' })).toBe(true);
    expect(hurts({ ...none, shortage: 'All stops soon.' })).toBe(true);
    expect(hurts({ ...none, use: { calls: 0, by: [], lastSeenAt } })).toBe(true);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Success, type SuccessReport, successes } from '@/gateway/successes';

const call = (requestId: string): Success => ({
  requestId,
  environment: 'production',
  listener: 'mtls',
  at: '2026-11-21T00:00:00.000Z',
  fingerprint: null,
  nameHash: 'cd'.repeat(32),
  sourceAddress: '192.0.2.1',
  userAgent: null,
  tlsVersion: 'TLSv1.3',
  httpVersion: '2',
});

let given: SuccessReport[] = [];
beforeEach(() => {
  given = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const counts = () => given.map(({ count }) => count);

describe('successes', () => {
  it('one call now and then is reported each time, at once', () => {
    const seen = successes((report) => given.push(report) > 0);
    for (let n = 1; n <= 3; n += 1) {
      seen.note('caller', () => call(`req_${n}`));
      expect(given.at(-1)).toMatchObject({ requestId: `req_${n}`, count: 1 });
      vi.advanceTimersByTime(2_000);
    }
    expect(counts()).toEqual([1, 1, 1]);
  });

  it('a busy caller is reported every ten seconds, and once a second again when it is calm', () => {
    const seen = successes((report) => given.push(report) > 0);
    const run = (seconds: number, perSecond: number) => {
      for (let n = 0; n < seconds * perSecond; n += 1) {
        seen.note('caller', () => call('req'));
        vi.advanceTimersByTime(1_000 / perSecond);
      }
    };
    run(60, 20);
    expect(given.length).toBeLessThanOrEqual(8);
    vi.advanceTimersByTime(10_500);
    expect(counts().reduce((sum, count) => sum + count)).toBe(60 * 20);
    given = [];
    run(10, 2);
    expect(given.length).toBeGreaterThanOrEqual(9);
  });

  it('what finds no room is counted until there is some', () => {
    let room = true;
    const seen = successes((report) => {
      if (room) given.push(report);
      return room;
    });
    seen.note('caller', () => call('req_1'));
    room = false;
    for (let n = 0; n < 5; n += 1) seen.note('caller', () => call('req_2'));
    vi.advanceTimersByTime(5_000);
    expect(counts()).toEqual([1]);
    room = true;
    vi.advanceTimersByTime(1_000);
    expect(counts()).toEqual([1, 5]);
  });
});

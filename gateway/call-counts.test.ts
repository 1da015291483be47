import { describe, expect, it } from 'vitest';
import { type CountedCall, callCounts } from '@/gateway/call-counts';
import { HOUR_MS } from '@/lib/kernel/time';

const START_MS = Date.parse('2026-11-21T10:00:00.000Z');
const call = (differs: Partial<CountedCall> = {}): CountedCall => ({
  environment: 'production',
  listener: 'mtls',
  outcome: 'passed',
  evidence: 'certificate',
  fingerprint: 'ab'.repeat(32),
  nameHash: 'cd'.repeat(32),
  network: '203.0.113.0/24',
  userAgent: 'curl/8.14.1',
  atMs: START_MS,
  ...differs,
});
const unproved = (differs: Partial<CountedCall> = {}) =>
  call({ listener: 'standard', evidence: 'unproved', fingerprint: null, ...differs });
const all = (counts: ReturnType<typeof callCounts>) => counts.take(100_000);
const sum = (reports: { calls: number }[]) =>
  reports.reduce((total, { calls }) => total + calls, 0);

const SMALL = { callers: 4, kinds: 12, networksPerCaller: 3, userAgentsPerCaller: 3 };
const small = () => callCounts({ proved: SMALL, unproved: SMALL });

describe('counting calls', () => {
  it('calls of one kind are one report with first and last', () => {
    const counts = callCounts();
    for (let n = 0; n < 1_000; n += 1) counts.note(call({ atMs: START_MS + n }));
    expect(counts.take(10)).toEqual([
      {
        environment: 'production',
        listener: 'mtls',
        outcome: 'passed',
        evidence: 'certificate',
        fingerprint: 'ab'.repeat(32),
        nameHash: 'cd'.repeat(32),
        network: '203.0.113.0/24',
        userAgent: 'curl/8.14.1',
        calls: 1_000,
        firstAt: '2026-11-21T10:00:00.000Z',
        lastAt: '2026-11-21T10:00:00.999Z',
      },
    ]);
    expect(counts.waiting()).toBe(0);
    expect(counts.take(10)).toEqual([]);
  });

  it.each([
    ['certificate', { fingerprint: 'ef'.repeat(32) }],
    ['API client', { nameHash: 'ef'.repeat(32) }],
    ['environment', { environment: 'sandbox' }],
    ['listener', { listener: 'standard' }],
    ['outcome', { outcome: 'wrong_account' }],
    ['evidence', { evidence: 'unproved' }],
    ['network', { network: '198.51.100.0/24' }],
    ['user agent', { userAgent: null }],
  ] as const)('tells calls apart by %s', (_what, differs) => {
    const counts = callCounts();
    counts.note(call());
    counts.note(call(differs));
    expect(all(counts).map(({ calls }) => calls)).toEqual([1, 1]);
  });

  it('no report spans two hours, also when the first hour was not taken yet', () => {
    const counts = callCounts();
    counts.note(call({ atMs: START_MS + HOUR_MS - 1 }));
    counts.note(call({ atMs: START_MS + HOUR_MS }));
    expect(all(counts).map(({ firstAt, lastAt }) => [firstAt, lastAt])).toEqual([
      ['2026-11-21T10:59:59.999Z', '2026-11-21T10:59:59.999Z'],
      ['2026-11-21T11:00:00.000Z', '2026-11-21T11:00:00.000Z'],
    ]);
  });

  it('what does not fit into a report waits for the next, the longest waiting first', () => {
    const counts = callCounts();
    for (let n = 0; n < 5; n += 1) counts.note(call({ network: `203.0.${n}.0/24` }));
    expect(counts.take(3).map(({ network }) => network)).toEqual([
      '203.0.0.0/24',
      '203.0.1.0/24',
      '203.0.2.0/24',
    ]);
    expect(counts.waiting()).toBe(2);
  });
});

describe('a flood', () => {
  it('of user agents becomes one line, and those known before go on being told apart', () => {
    const counts = callCounts();
    counts.note(unproved({ userAgent: 'known/1.0' }));
    for (let n = 0; n < 50_000; n += 1) counts.note(unproved({ userAgent: `flood/${n}` }));
    counts.note(unproved({ userAgent: 'known/1.0' }));
    const reports = all(counts);
    expect(reports.length).toBeLessThanOrEqual(17);
    expect(reports.find(({ userAgent }) => userAgent === 'known/1.0')?.calls).toBe(2);
    expect(reports.find(({ userAgent }) => userAgent === 'other')?.calls).toBeGreaterThan(49_000);
    expect(sum(reports)).toBe(50_002);
    expect(counts.takeLost()).toBe(0);
  });

  it('stays folded for the hour, however often it is reported', () => {
    const counts = callCounts();
    const seen = new Set<string | null>();
    for (let n = 0; n < 500; n += 1) {
      counts.note(unproved({ userAgent: `flood/${n}` }));
      for (const { userAgent } of all(counts)) seen.add(userAgent);
    }
    expect(seen.size).toBe(17);
  });

  it('of networks is folded as well', () => {
    const counts = callCounts();
    for (let n = 0; n < 10_000; n += 1) counts.note(unproved({ network: `2001:db8:${n}::/48` }));
    const reports = all(counts);
    expect(reports).toHaveLength(33);
    expect(sum(reports)).toBe(10_000);
  });

  it('of calls that prove nothing leaves the room of the others alone', () => {
    const counts = callCounts();
    for (let n = 0; n < 20_000; n += 1) counts.note(unproved({ nameHash: String(n) }));
    expect(counts.takeLost()).toBe(18_000);
    counts.note(call());
    counts.note(call({ listener: 'standard', evidence: 'answered', fingerprint: null }));
    expect(all(counts).filter(({ evidence }) => evidence !== 'unproved')).toHaveLength(2);
    expect(counts.takeLost()).toBe(0);
  });

  it('of one API client does not take the lines of another', () => {
    const counts = callCounts();
    for (let n = 0; n < 20_000; n += 1) {
      counts.note(unproved({ userAgent: `flood/${n}`, network: `2001:db8:${n}::/48` }));
    }
    counts.note(unproved({ nameHash: 'ef'.repeat(32), userAgent: 'mine/1.0' }));
    expect(all(counts).at(-1)).toMatchObject({ userAgent: 'mine/1.0', calls: 1 });
  });
});

describe('bounds', () => {
  it('beyond all kinds a caller is counted in its one line, beyond all callers as lost', () => {
    const counts = small();
    for (let n = 0; n < 9; n += 1) {
      counts.note(call({ network: `n${n % 3}`, userAgent: `a${Math.floor(n / 3)}` }));
      counts.note(
        call({
          nameHash: 'ef'.repeat(32),
          network: `n${n % 3}`,
          userAgent: `a${Math.floor(n / 3)}`,
        }),
      );
    }
    const reports = all(counts);
    expect(reports.length).toBeLessThanOrEqual(SMALL.kinds + SMALL.callers);
    expect(sum(reports)).toBe(18);
    expect(
      reports.some(({ network, userAgent }) => network === 'other' && userAgent === 'other'),
    ).toBe(true);
    for (let n = 0; n < 4; n += 1) counts.note(call({ nameHash: String(n) }));
    expect(sum(all(counts))).toBe(2);
    expect(counts.takeLost()).toBe(2);
    expect(counts.takeLost()).toBe(0);
  });

  it('does not grow over hours in which nothing is taken out; what is over is counted', () => {
    const counts = small();
    for (let hour = 0; hour < 100; hour += 1) {
      counts.note(call({ atMs: START_MS + hour * HOUR_MS }));
    }
    const kept = all(counts);
    expect(kept.length).toBe(SMALL.kinds + SMALL.callers);
    expect(kept.length + counts.takeLost()).toBe(100);
  });
});

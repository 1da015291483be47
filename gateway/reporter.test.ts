import { describe, expect, it, vi } from 'vitest';
import type { CountedCall } from '@/gateway/call-counts';
import { type RefusalReport, type ReportBatch, reporter } from '@/gateway/reporter';
import type { Success } from '@/gateway/successes';
import { until } from '@/gateway/testing/setting';

const refusal = (n: number): RefusalReport => ({
  requestId: `req_${n}`,
  code: 'unknown_certificate',
  environment: 'production',
  listener: 'mtls',
  at: '2026-11-21T00:00:00.000Z',
  fingerprint: null,
  nameHash: null,
  sourceAddress: '192.0.2.1',
  userAgent: null,
  sni: null,
  tlsVersion: null,
});

const success = (requestId: string): Success => ({
  requestId,
  environment: 'production',
  listener: 'mtls',
  at: '2026-11-21T00:00:00.000Z',
  fingerprint: 'ab'.repeat(32),
  nameHash: 'cd'.repeat(32),
  sourceAddress: '192.0.2.1',
  userAgent: null,
  tlsVersion: 'TLSv1.3',
  httpVersion: '2',
});

const counted: CountedCall = {
  environment: 'production',
  listener: 'mtls',
  outcome: 'passed',
  evidence: 'certificate',
  fingerprint: 'ab'.repeat(32),
  nameHash: 'cd'.repeat(32),
  network: '192.0.2.0/24',
  userAgent: 'curl/8.14.1',
  atMs: Date.parse('2026-11-21T00:00:00.000Z'),
};
const callsIn = (batch: ReportBatch) => batch.counts.reduce((sum, { calls }) => sum + calls, 0);

describe('reporter', () => {
  it('sends in batches of at most 500, everything once, in order', async () => {
    const batches: ReportBatch[] = [];
    const reports = reporter({
      send: async (batch) => {
        batches.push(batch);
        return 'taken';
      },
      appliedNumber: () => 7,
    });
    for (let n = 0; n < 1_100; n += 1) reports.refused(refusal(n));
    await until(() => batches.flatMap((batch) => batch.refusals).length === 1_100);
    expect(batches.map((batch) => batch.refusals.length)).toEqual([500, 500, 100]);
    expect(batches.flatMap((batch) => batch.refusals.map(({ requestId }) => requestId))).toEqual(
      Array.from({ length: 1_100 }, (_, n) => `req_${n}`),
    );
    expect(batches[0]).toMatchObject({ appliedNumber: 7, lost: 0, successes: [] });
    await reports.stop();
  });

  it('is bounded: what does not fit is counted, and told once', async () => {
    const batches: ReportBatch[] = [];
    const reports = reporter({
      send: async (batch) => {
        batches.push(batch);
        return 'taken';
      },
      appliedNumber: () => 1,
    });
    for (let n = 0; n < 10_250; n += 1) reports.refused(refusal(n));
    await until(() => batches.flatMap((batch) => batch.refusals).length === 10_000, 15_000);
    expect(batches.map((batch) => batch.lost).reduce((a, b) => a + b)).toBe(250);
    await reports.stop();
  });

  it('keeps a batch that the portal did not take', async () => {
    let tries = 0;
    const taken: ReportBatch[] = [];
    const reports = reporter({
      send: async (batch) => {
        tries += 1;
        if (tries > 1) taken.push(batch);
        return tries > 1 ? 'taken' : 'failed';
      },
      appliedNumber: () => 1,
    });
    reports.refused(refusal(1));
    await until(() => taken.length === 1);
    expect(taken[0]?.refusals).toHaveLength(1);
    await reports.stop();
  });

  it('a batch that the portal will never take does not block those behind it', async () => {
    const batches: ReportBatch[] = [];
    const reports = reporter({
      send: async (batch) => (batches.push(batch) === 1 ? 'refused' : 'taken'),
      appliedNumber: () => 1,
    });
    reports.refused(refusal(1));
    await until(() => batches.length === 1);
    reports.refused(refusal(2));
    await until(() => batches.length === 2);
    expect(batches[1]).toMatchObject({ lost: 1, refusals: [{ requestId: 'req_2' }] });
    await reports.stop();
  });

  it('of a busy caller it sends the first call at once and then one report a second, all calls counted', async () => {
    const batches: ReportBatch[] = [];
    const reports = reporter({
      send: async (batch) => {
        batches.push(batch);
        return 'taken';
      },
      appliedNumber: () => 1,
    });
    const sent = () => batches.flatMap((batch) => batch.successes);
    let described = 0;
    const call = (key: string, requestId: string) =>
      reports.succeeded(key, () => {
        described += 1;
        return success(requestId);
      });
    for (let n = 1; n <= 50_000; n += 1) call('one caller', `req_${n}`);
    call('another caller', 'req_other');
    await until(() => sent().length === 3);
    expect(sent().map(({ requestId, count }) => [requestId, count])).toEqual([
      ['req_1', 1],
      ['req_other', 1],
      ['req_50000', 49_999],
    ]);
    expect(described).toBe(3);
    await reports.stop();
  });

  it('what was counted and not yet sent is sent when the edge stops', async () => {
    const batches: ReportBatch[] = [];
    const reports = reporter({
      send: async (batch) => {
        batches.push(batch);
        return 'taken';
      },
      appliedNumber: () => 1,
    });
    for (const id of ['a', 'b', 'c']) reports.succeeded('one caller', () => success(id));
    await reports.stop();
    const counts = batches.flatMap((batch) => batch.successes.map(({ count }) => count));
    expect(counts).toEqual([1, 2]);
  });

  it('successes leave room for refusals while the portal is away', async () => {
    let away = true;
    const taken: ReportBatch[] = [];
    const reports = reporter({
      send: async (batch) => {
        if (!away) taken.push(batch);
        return away ? 'failed' : 'taken';
      },
      appliedNumber: () => 1,
    });
    for (let n = 0; n < 20_000; n += 1) reports.succeeded(`caller ${n}`, () => success(`req_${n}`));
    for (let n = 0; n < 100; n += 1) reports.refused(refusal(n));
    away = false;
    await until(() => taken.flatMap((batch) => batch.refusals).length === 100, 10_000);
    expect(taken.reduce((sum, { lost }) => sum + lost, 0)).toBe(0);
    await reports.stop();
  });

  it('a batch whose answer was lost is sent again as it was, under the same id', async () => {
    const tries: ReportBatch[] = [];
    const reports = reporter({
      send: async (batch) => {
        if (tries.push(structuredClone(batch)) > 1) return 'taken';
        reports.counted(counted);
        reports.refused(refusal(2));
        return 'failed';
      },
      appliedNumber: () => tries.length,
    });
    reports.counted(counted);
    reports.refused(refusal(1));
    await until(() => tries.length === 3);
    const [first, second, third] = tries;
    expect({ ...second, appliedNumber: 0 }).toEqual(first);
    expect(second?.appliedNumber).toBe(1);
    expect(third?.reportId).not.toBe(first?.reportId);
    expect(third).toMatchObject({ counts: [{ calls: 1 }], refusals: [{ requestId: 'req_2' }] });
    await reports.stop();
  });

  it('counts of a busy caller are sent every second, in one line', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const batches: ReportBatch[] = [];
    const reports = reporter({
      send: async (batch) => {
        batches.push(batch);
        return 'taken';
      },
      appliedNumber: () => 1,
    });
    for (let n = 0; n < 500; n += 1) {
      reports.counted(counted);
      await vi.advanceTimersByTimeAsync(10);
    }
    vi.useRealTimers();
    await reports.stop();
    expect(batches.map(({ counts }) => counts.length)).toEqual(batches.map(() => 1));
    expect(batches.length).toBeGreaterThanOrEqual(5);
    expect(batches.length).toBeLessThanOrEqual(6);
    expect(batches.map(callsIn).reduce((a, b) => a + b)).toBe(500);
  });

  it('what was counted is sent when the edge stops, in as many batches as it takes', async () => {
    const batches: ReportBatch[] = [];
    const reports = reporter({
      send: async (batch) => {
        batches.push(batch);
        return 'taken';
      },
      appliedNumber: () => 1,
    });
    for (let n = 0; n < 1_200; n += 1) reports.counted({ ...counted, nameHash: String(n) });
    await reports.stop();
    expect(batches.map(callsIn)).toEqual([500, 500, 200]);
  });

  it('counts that the portal will never take are told as lost', async () => {
    const batches: ReportBatch[] = [];
    const reports = reporter({
      send: async (batch) => (batches.push(batch) === 1 ? 'refused' : 'taken'),
      appliedNumber: () => 1,
    });
    for (let n = 0; n < 3; n += 1) reports.counted(counted);
    reports.refused(refusal(1));
    await until(() => batches.length === 1);
    reports.refused(refusal(2));
    await until(() => batches.length === 2);
    expect(batches[1]).toMatchObject({ lost: 4, counts: [] });
    await reports.stop();
  });
});

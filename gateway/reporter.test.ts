import { describe, expect, it } from 'vitest';
import { type RefusalReport, type ReportBatch, reporter } from '@/gateway/reporter';
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
    expect(batches[0]).toMatchObject({ appliedNumber: 7, lost: 0, firstSuccesses: [] });
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
});

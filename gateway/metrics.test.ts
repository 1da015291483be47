import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  edgeMetrics,
  type MetricsListener,
  openMetrics,
  type StateInBrief,
} from '@/gateway/metrics';
import type { RefusalReport, Reporter } from '@/gateway/reporter';

let state: StateInBrief | null;
let nowMs: number;
let listener: MetricsListener;
let told: unknown[];
let reporter: Reporter;

beforeEach(async () => {
  state = null;
  nowMs = 1_000_000;
  told = [];
  const metrics = edgeMetrics({
    state: () => state,
    nowMs: () => nowMs,
    maxAgeSeconds: 60,
    connections: () => [{}, {}],
  });
  reporter = metrics.around({
    refused: (report) => void told.push(report),
    succeeded: () => undefined,
    counted: (call) => void told.push(call),
    stop: async () => undefined,
  });
  listener = await openMetrics(metrics, 0);
});
afterEach(() => listener.close());

const ask = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${listener.port}${path}`);
  return { status: response.status, text: await response.text() };
};

it('an edge is ready while it holds a snapshot that is young enough', async () => {
  expect((await ask('/readyz')).status).toBe(503);
  state = { number: 7, asOfMs: nowMs, index: { certificateCount: 3 } };
  expect((await ask('/readyz')).status).toBe(200);
  nowMs += 60_000;
  expect((await ask('/readyz')).status).toBe(200);
  nowMs += 1;
  expect((await ask('/readyz')).status).toBe(503);
});

it('verdicts are counted by reason and still reported, and what a client sent is in no label', async () => {
  const refusal: RefusalReport = {
    requestId: 'req_1',
    code: 'certificate_revoked',
    environment: 'production',
    listener: 'mtls',
    at: '2026-11-21T09:00:00.000Z',
    fingerprint: 'ab'.repeat(32),
    nameHash: null,
    sourceAddress: '192.0.2.1',
    userAgent: 'hostile"} 1\nforged_metric 1',
    sni: 'api.example',
    tlsVersion: 'TLSv1.3',
  };
  const call = {
    environment: 'production',
    listener: 'mtls',
    evidence: 'certificate',
    fingerprint: 'ab'.repeat(32),
    nameHash: 'cd'.repeat(32),
    network: '192.0.2.0/24',
    userAgent: refusal.userAgent,
    atMs: nowMs,
  } as const;
  reporter.refused(refusal);
  // A refusal is also among the numbers of its kind, and is one call.
  reporter.counted({ ...call, outcome: 'certificate_revoked' });
  for (let count = 0; count < 3; count += 1) reporter.counted({ ...call, outcome: 'passed' });
  state = { number: 7, asOfMs: nowMs, index: { certificateCount: 3 } };
  nowMs += 2_500;
  const { text } = await ask('/metrics');
  const verdict = (outcome: string) =>
    `countersign_edge_verdicts_total{environment="production",listener="mtls",outcome="${outcome}"}`;
  expect(text).toContain(`${verdict('certificate_revoked')} 1\n`);
  expect(text).toContain(`${verdict('passed')} 3\n`);
  expect(text).toContain('countersign_edge_snapshot_number 7\n');
  expect(text).toContain('countersign_edge_snapshot_age_seconds 2.5\n');
  expect(text).toContain('countersign_edge_connections 2\n');
  expect(text).not.toMatch(/forged_metric|192\.0\.2|abab|cdcd/);
  expect(told).toHaveLength(5);
});

it('there is nothing else on the port', async () => {
  expect((await ask('/')).status).toBe(404);
});

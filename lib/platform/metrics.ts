/**
 * What this process counts of itself, in Prometheus' format. Labels come from lists in our code, never from a request:
 * no account, certificate, address or path is in one, so the number of series is bounded and nothing of a customer is
 * shown to whoever watches.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { processWide } from './process-wide';

export type Metrics = ReturnType<typeof makeMetrics>;

export function metrics(): Metrics {
  return processWide('metrics', makeMetrics);
}

// Seconds. Issuing takes some 20 ms, the signer 5; what takes longer than two seconds has failed.
const QUICK = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];
const REQUESTS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10];

function makeMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `countersign_${name}`, help, labelNames, registers });
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name: `countersign_${name}`, help, labelNames, registers });
  const histogram = (name: string, given: { help: string; labels: string[]; buckets: number[] }) =>
    new Histogram({
      name: `countersign_${name}`,
      help: given.help,
      labelNames: given.labels,
      buckets: given.buckets,
      registers,
    });
  return {
    registry,
    requests: counter('http_requests_total', 'Requests answered.', ['operation', 'status']),
    requestSeconds: histogram('http_request_seconds', {
      help: 'From the head of a request to the end of its answer.',
      labels: ['operation'],
      buckets: REQUESTS,
    }),
    issuance: counter('issuance_total', 'Issuing and renewing, by what came of it.', [
      'environment',
      'result',
    ]),
    issuanceSeconds: histogram('issuance_seconds', {
      help: 'From a vetted request to its certificate or refusal.',
      labels: ['result'],
      buckets: QUICK,
    }),
    verdicts: counter('verdicts_total', 'Calls that edges reported, by what they decided.', [
      'environment',
      'listener',
      'outcome',
    ]),
    signerSeconds: histogram('signer_seconds', {
      help: 'What the signer was asked for.',
      labels: ['operation', 'result'],
      buckets: QUICK,
    }),
    signerUp: gauge('signer_up', '1 while the signer answers.'),
    databaseUp: gauge(
      'database_up',
      '1 while the database answers; what is read of it is absent otherwise.',
    ),
    snapshotNumber: gauge('snapshot_number', 'Of the newest change that has a number.'),
    edgeLag: gauge('edge_changes_behind', 'Changes that an edge has not applied.', ['edge']),
    edgeSilent: gauge('edge_silent_seconds', 'Since an edge was heard last.', ['edge']),
    queues: gauge('queue_depth', 'What waits to be done.', ['queue']),
    unsignedChains: gauge(
      'audit_unsigned_chains',
      'Chains of the audit trail with events that are under no checkpoint yet.',
    ),
  };
}

/** Seconds since `startMs`, which came from `performance.now()`. */
export function secondsSince(startMs: number): number {
  return (performance.now() - startMs) / 1_000;
}

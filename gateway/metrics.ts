/**
 * What an edge counts of itself, on a port of 127.0.0.1: /metrics for Prometheus, /readyz for whoever sends it traffic.
 * Labels are environments, listeners and the words of verdicts, so nothing a client sends makes a series.
 */
import { createServer, type ServerResponse } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Reporter } from '@/gateway/reporter';
import type { EdgeState } from '@/lib/edge/state';
import { SECOND_MS } from '@/lib/kernel/time';

export type EdgeMetrics = {
  /** The same reporter, with what it is told counted. */
  around(reporter: Reporter): Reporter;
  text(): Promise<string>;
  isReady(): boolean;
};

export type MetricsListener = { port: number; close(): void };

/** What is told of a state. */
export type StateInBrief = Pick<EdgeState, 'number' | 'asOfMs'> & {
  index: Pick<EdgeState['index'], 'certificateCount'>;
};

export function edgeMetrics(edge: {
  state(): StateInBrief | null;
  nowMs(): number;
  maxAgeSeconds: number;
  connections(): Iterable<unknown>;
}): EdgeMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const verdicts = new Counter({
    name: 'countersign_edge_verdicts_total',
    help: 'Calls decided here. Those that passed without naming an API client are not among them.',
    labelNames: ['environment', 'listener', 'outcome'],
    registers,
  });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({ name, help, registers, collect: collecting(read) });
  const ageSeconds = () => {
    const state = edge.state();
    return state === null ? Number.NaN : Math.max(0, edge.nowMs() - state.asOfMs) / SECOND_MS;
  };
  gauge('countersign_edge_snapshot_number', 'Of the newest change applied.', () => {
    return edge.state()?.number ?? Number.NaN;
  });
  gauge('countersign_edge_snapshot_age_seconds', 'Since the portal vouched for it.', ageSeconds);
  gauge('countersign_edge_certificates', 'Certificates known here.', () => {
    return edge.state()?.index.certificateCount ?? Number.NaN;
  });
  gauge('countersign_edge_connections', 'TLS connections open now.', () => {
    return [...edge.connections()].length;
  });
  const tally = tallyFor(verdicts);
  return {
    around: (reporter) => ({
      ...reporter,
      refused(report) {
        tally(report.environment, report.listener, report.code);
        reporter.refused(report);
      },
      counted(call) {
        if (call.outcome === 'passed') tally(call.environment, call.listener, call.outcome);
        reporter.counted(call);
      },
    }),
    text: () => registry.metrics(),
    isReady: () => ageSeconds() <= edge.maxAgeSeconds,
  };
}

/** @throws Error of the listener, when the port cannot be had */
export async function openMetrics(metrics: EdgeMetrics, port: number): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '/').split('?');
    if (path === '/metrics') {
      metrics.text().then(
        (text) => say(response, { status: 200, text, media: 'text/plain; version=0.0.4' }),
        () => say(response, { status: 500, text: 'The metrics could not be read.\n' }),
      );
    } else if (path === '/readyz') {
      if (metrics.isReady()) say(response, { status: 200, text: 'ready\n' });
      else say(response, { status: 503, text: 'No snapshot is held that is young enough.\n' });
    } else say(response, { status: 404, text: 'There is /metrics and /readyz.\n' });
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', done);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The child of each combination of labels is looked up by one text, since this is done for every call. */
function tallyFor(
  verdicts: Counter,
): (environment: string, listener: string, outcome: string) => void {
  const children = new Map<string, { inc(): void }>();
  return (environment, listener, outcome) => {
    const key = `${environment} ${listener} ${outcome}`;
    const known = children.get(key) ?? verdicts.labels(environment, listener, outcome);
    children.set(key, known);
    known.inc();
  };
}

function collecting(read: () => number) {
  return function collect(this: Gauge): void {
    this.set(read());
  };
}

function say(
  response: ServerResponse,
  { status, text, media = 'text/plain' }: { status: number; text: string; media?: string },
): void {
  response.writeHead(status, {
    'Content-Type': `${media}; charset=utf-8`,
    'Cache-Control': 'no-store',
  });
  response.end(text);
}

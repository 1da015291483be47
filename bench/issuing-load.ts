/** The same load for every side of `bench/issue.ts`: so many at once, each timed. */
import { Agent, request } from 'node:http';

export const IN_FLIGHT = 16;

export type Side = {
  /** Makes so many certificates. @returns milliseconds of each */
  run(count: number): Promise<number[]>;
  stop(): Promise<void>;
  /** The processes that do its work, beside PostgreSQL and the caller. */
  readonly pids: Readonly<Record<string, number>>;
};

/** Runs `work` `count` times, IN_FLIGHT at once. */
export async function inFlight(count: number, work: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  let started = 0;
  const worker = async () => {
    while (started < count) {
      started += 1;
      const before = performance.now();
      await work();
      times.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return times;
}

export function keptConnections(): Agent {
  return new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
}

/** @throws Error when the answer has another status than `expected` */
export function post(input: {
  agent: Agent;
  port: number;
  path: string;
  body: string;
  headers: Record<string, string>;
  expected: number;
}): Promise<void> {
  const { agent, port, path, body, expected } = input;
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...input.headers,
    };
    const call = request({ agent, port, host: '127.0.0.1', method: 'POST', path, headers });
    call.once('error', reject);
    call.once('response', (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === expected
          ? resolve()
          : reject(new Error(`${path} answered with status ${response.statusCode}`)),
      );
    });
    call.end(body);
  });
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

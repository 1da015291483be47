/**
 * `npm run bench:propagation`: from a revocation to its refusal. One portal on PostgreSQL, four edges, 200 requests a
 * second between them on new, kept and HTTP/2 connections; a certificate after the other is issued, used and revoked.
 * ROUNDS changes how many.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { basic } from '@/gateway/testing/call';
import { opensslCsr } from '@/lib/start-up/testing';
import { startPrivatePostgres } from '../scripts/postgres';
import { ensureBuilt, ensureGenerated } from '../scripts/start/build';
import { startPortalAndSigner } from './authority';
import { percentile } from './issuing-load';
import { type Caller, callerOf, KINDS, type Kind } from './propagation-caller';

const ROUNDS = Number(process.env.ROUNDS ?? 30);
const EDGES = 4;
const REQUESTS_PER_SECOND = 200;
const EVERY_MS = (EDGES * KINDS.length * 1000) / REQUESTS_PER_SECOND;
const BEFORE_MS = 400;
const AFTER_MS = 1_500;
const CLIENT = 'erp';

const settings = {
  root: process.cwd(),
  say: (line: string) => console.log(line),
  signal: new AbortController().signal,
};
await ensureGenerated(settings);
await ensureBuilt(settings);
const postgres = await startPrivatePostgres({ fsync: 'on' });
const portal = await startPortalAndSigner({
  databaseUrl: await postgres.createDatabase('bench_propagation'),
});
const upstream = createServer((request, response) => {
  request.resume();
  response.end('ok');
});
upstream.listen(0, '127.0.0.1');
await once(upstream, 'listening');
const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-edges-'));
const edges: Awaited<ReturnType<typeof startEdge>>[] = [];
try {
  for (let n = 1; n <= EDGES; n += 1) edges.push(await startEdge(n));
  await measure();
} finally {
  for (const { child } of edges) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  upstream.closeAllConnections();
  upstream.close();
  await portal.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

async function startEdge(n: number): Promise<{ child: ChildProcess; port: number }> {
  const { token } = await portal.operator('edge', 'create', { name: `edge-${n}` });
  const address = upstream.address();
  const child = spawn(process.execPath, ['--import', 'tsx', 'gateway/main.ts'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORTAL_URL: `http://127.0.0.1:${portal.port}`,
      EDGE_TOKEN: String(token),
      EDGE_STATE_DIR: join(folder, `edge-${n}`),
      EDGE_UPSTREAM: `http://127.0.0.1:${Object(address).port}`,
      EDGE_PRODUCTION_MTLS_PORT: '0',
      EDGE_PRODUCTION_STANDARD_PORT: '0',
      EDGE_SANDBOX_MTLS_PORT: '0',
      EDGE_SANDBOX_STANDARD_PORT: '0',
    },
  });
  const [message] = await once(child, 'message');
  return { child, port: Number(Object(message).ports.production.mtls) };
}

async function measure(): Promise<void> {
  const account = await portal.operator('account', 'create', { name: 'Meridian Freight' });
  const { id } = account;
  const { key } = await portal.operator('api-key', 'create', { name: 'bench', account: id });
  const client = { account: id, environment: 'production', name: CLIENT };
  await portal.operator('api-client', 'create', client);
  const ask = api(String(key));
  const late: Record<Kind, number[]> = { new: [], kept: [], http2: [] };
  const closed: number[] = [];
  const receipts: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const made = opensslCsr();
    const issued = await ask('/certificates', { csr: made.csr, environment: 'production' });
    const cert = await downloaded(String(key), String(issued.id));
    await pause(BEFORE_MS);
    const authorization = basic(CLIENT);
    const callers = edges.flatMap(({ port }) =>
      KINDS.map((kind) => callerOf({ kind, port, cert, key: made.key, authorization })),
    );
    const stops = await Promise.all(callers.map(running));
    const revokedAt = performance.now();
    const path = `/certificates/${issued.id}/revocation?wait=edges`;
    const { receipt } = await ask(path, { reason: 'superseded' });
    await pause(AFTER_MS);
    for (const stop of stops) await stop();
    for (const caller of callers) {
      if (!caller.everPassed()) throw new Error(`${caller.kind}: no call passed before`);
      late[caller.kind].push(Math.max(0, caller.lastPassedAt() - revokedAt));
      const closedAt = caller.closedAt();
      if (caller.kind !== 'new') closed.push(Math.max(0, closedAt - revokedAt));
    }
    if (Object(receipt).lagging.length > 0) throw new Error('an edge did not apply it in time');
    receipts.push(Number(Object(receipt).elapsedMs));
  }
  console.log(
    `${ROUNDS} revocations, ${EDGES} edges, ${REQUESTS_PER_SECOND} requests/s; each caller calls every ${EVERY_MS} ms`,
  );
  for (const kind of KINDS) {
    console.log(
      `  ${kind.padEnd(6)} last call that passed after the revocation was asked for: ${spread(late[kind])}`,
    );
  }
  console.log(`  open connections closed: ${spread(closed)}`);
  console.log(`  receipt of all edges: ${spread(receipts)}`);
}

/** Calls until it is stopped. @returns once calls have passed for a while */
async function running(caller: Caller): Promise<() => Promise<void>> {
  let stopped = false;
  const loop = (async () => {
    await pause(Math.random() * EVERY_MS);
    while (!stopped) {
      const next = pause(EVERY_MS);
      void caller.call();
      await next;
    }
  })();
  await pause(BEFORE_MS);
  return async () => {
    stopped = true;
    await loop;
    caller.end();
  };
}

function api(key: string) {
  return async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`http://127.0.0.1:${portal.port}/api/v1${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const value = Object(await response.json());
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(value)}`);
    return value;
  };
}

async function downloaded(key: string, id: string): Promise<string> {
  const path = `/api/v1/certificates/${id}/download?format=pem`;
  const headers = { Authorization: `Bearer ${key}` };
  const response = await fetch(`http://127.0.0.1:${portal.port}${path}`, { headers });
  return response.text();
}

function spread(values: readonly number[]): string {
  const at = (part: number) => `${percentile(values, part).toFixed(0)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)} (${values.length})`;
}

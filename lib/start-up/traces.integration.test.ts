/** What a collector gets of a portal and of a signer in a process of its own: one tree for each request. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { POST } from '@/app/api/v1/certificates/route';
import { makeApiKey } from '@/lib/api-access/own-keys';
import { listCertificates } from '@/lib/certificates/list';
import { traceRequest } from '@/lib/health/trace-request';
import { httpFront } from '@/lib/platform/http-front';
import { REQUEST_ID_HEADER } from '@/lib/platform/request-facts';
import { traced } from '@/lib/telemetry/span';
import { startTraces } from '@/lib/telemetry/start';
import { type Collector, openCollector, pathOf, type SentSpan } from '@/lib/telemetry/testing';
import { opensslCsr, openTestPortal, type TestPortal } from './testing';

const SECRET = 'the secret of this signer';
const before = { ...process.env };
let collector: Collector;
let traces: { stop(): Promise<void> };
let folder: string;
let signer: ChildProcess;
let portal: TestPortal;
let server: Server;
let url: string;
let key: string;

beforeAll(async () => {
  collector = await openCollector();
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
  Object.assign(process.env, settings);
  const onTrouble = () => undefined;
  traces = await startTraces({ service: 'countersign-portal', env: process.env, onTrouble });
  folder = mkdtempSync(join(tmpdir(), 'countersign-traces-'));
  const path = join(folder, 'signer.sock');
  signer = fork('scripts/signer.ts', {
    execArgv: ['--import', 'tsx'],
    env: {
      ...process.env,
      SIGNER_DIR: join(folder, 'signer'),
      SIGNER_SOCKET: path,
      SIGNER_SECRET: SECRET,
      SIGNER_FIRST_AUTHORITY: 'Test Provider',
      PKI_URL: 'http://localhost:3000',
    },
  });
  expect(await once(signer, 'message')).toEqual([{ ready: true }, undefined]);
  const socket = { kind: 'socket', path, secret: SECRET, intents: 'sent' } as const;
  portal = await openTestPortal({ signer: socket });
  const account = await portal.newAccount();
  ({ key } = await makeApiKey(account.as('admin'), {
    ...{ name: 'traced', scopes: ['read', 'certificates'], environment: null },
    ...{ expiresAt: null, networks: '' },
  }));
  server = createServer((request, response) =>
    traceRequest(request, response, () => answer(request, response)),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/api/v1/certificates`;
});
afterAll(async () => {
  server.close();
  await portal.stop();
  signer.kill('SIGTERM');
  await once(signer, 'exit');
  await traces.stop();
  await collector.close();
  rmSync(folder, { recursive: true, force: true });
  process.env = before;
});

/** The portal's front and its route, without Next between them. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const front = httpFront({ publicUrl: 'http://localhost:3000', trustedProxies: [] });
  if (!front(request, response)) return;
  const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  const body = await text(request);
  const asked = new Request(url, { method: 'POST', headers, body });
  const reply = await POST(asked, { params: Promise.resolve({}) });
  response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(await reply.text());
}

async function issue(headers: Record<string, string> = {}): Promise<Response> {
  const { csr } = opensslCsr();
  return fetch(`${url}?token=canary-query`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ csr, environment: 'sandbox', label: 'canary-label' }),
  });
}

const idOf = (reply: Response) => reply.headers.get(REQUEST_ID_HEADER) ?? '';
const requestOf = (reply: Response): SentSpan | undefined =>
  collector.spans().find(({ attributes }) => attributes['countersign.request_id'] === idOf(reply));

/** All spans of the trace that the reply's request began, once portal and signer have sent theirs. */
async function traceOf(reply: Response): Promise<SentSpan[]> {
  const ofTrace = () => {
    const id = requestOf(reply)?.traceId;
    return collector.spans().filter(({ traceId }) => traceId === id && id !== undefined);
  };
  const services = () => [...new Set(ofTrace().map(({ service }) => service))].sort();
  await expect
    .poll(services, { timeout: 30_000 })
    .toEqual(['countersign-portal', 'countersign-signer']);
  return ofTrace();
}

it('a certificate issued by REST is one trace: the request, the signer, the database; its id is that of the reply', async () => {
  const reply = await issue();
  expect(reply.status).toBe(201);
  const spans = await traceOf(reply);
  const request = requestOf(reply);
  expect(request).toMatchObject({
    name: 'POST /api/v1/certificates',
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/api/v1/certificates',
      'http.response.status_code': 201,
      'countersign.operation': 'issueCertificate',
    },
  });
  expect(request?.parentSpanId).toBeUndefined();
  const paths = spans.map((span) => pathOf(span, spans));
  const root = 'countersign-portal: POST /api/v1/certificates';
  const issuing = ['countersign-portal: issue a certificate', root];
  expect(paths).toContainEqual([
    'countersign-signer: sign a certificate',
    'countersign-portal: signer: certificate',
    ...issuing,
  ]);
  const statements = paths.filter(([name]) => /: (SELECT|INSERT|UPDATE) /.test(name ?? ''));
  expect(statements.filter((path) => path.includes(issuing[0] ?? ''))).not.toEqual([]);
  for (const path of paths) expect(path.at(-1)).toBe(root);
});

it('a transaction has its statements beneath it, each as a verb and a table', async () => {
  const account = await portal.newAccount();
  await traced({ name: 'look' }, () => listCertificates(account.as('viewer'), { limit: 5 }));
  const look = () => collector.spans().find(({ name }) => name === 'look');
  await expect.poll(look, { timeout: 30_000 }).toBeDefined();
  const spans = collector.spans().filter(({ traceId }) => traceId === look()?.traceId);
  const paths = spans.map((span) => pathOf(span, spans).map((one) => one.split(': ')[1]));
  expect(paths).toContainEqual(['BEGIN', 'transaction', 'look']);
  expect(paths).toContainEqual(['SELECT certificate', 'transaction', 'look']);
  expect(paths).toContainEqual(['COMMIT', 'transaction', 'look']);
});

it('what looks at the database by itself all day is no trace', async () => {
  const roots = collector.spans().filter(({ parentSpanId }) => !parentSpanId);
  expect(roots.map(({ name }) => name)).toContain('look');
  expect(roots.filter(({ attributes }) => 'db.system.name' in attributes)).toEqual([]);
});

it('a stranger who sends a traceparent decides nothing: neither the trace, nor whether it is kept', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  for (const flags of ['00', '01']) {
    const reply = await issue({ traceparent: `00-${traceId}-b7ad6b7169203331-${flags}` });
    const spans = await traceOf(reply);
    expect(spans.map((span) => span.traceId)).not.toContain(traceId);
    expect(requestOf(reply)?.links).toEqual([]);
  }
});

it('T23: neither key, CSR, label, name nor query is in what is sent', async () => {
  const spans = await traceOf(await issue());
  expect(spans.length).toBeGreaterThan(5);
  const sent = collector.text();
  for (const secret of [key, SECRET, 'canary', 'BEGIN CERT', 'Meridian', 'erp.', 'Ines']) {
    expect(sent, secret).not.toContain(secret);
  }
});

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATIONS, type Operation } from '@/lib/contract/operations';
import { logTo } from '@/lib/platform/log';
import { activeSpan } from '@/lib/telemetry/span';
import { startTraces } from '@/lib/telemetry/start';
import { type Collector, openCollector, type SentSpan } from '@/lib/telemetry/testing';
import { routeOf, traceRequest } from './trace-request';

let collector: Collector;
let traces: { stop(): Promise<void> };
let server: Server;
let url: string;
const lines = new PassThrough();
const before = { ...process.env };

beforeAll(async () => {
  collector = await openCollector();
  process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = `${collector.url}/v1/traces`;
  const onTrouble = () => undefined;
  traces = await startTraces({ service: 'countersign-portal', env: process.env, onTrouble });
  server = createServer((request, response) =>
    traceRequest(request, response, () => answer(request, response)),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(() => {
  process.env = before;
  server.close();
});

function answer(request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
  response.setHeader('x-request-id', 'req_1');
  logTo(lines).error('said within a request');
  if (request.url === '/breaks') {
    response.destroy();
    return Promise.resolve();
  }
  response.writeHead(request.url === '/fails' ? 500 : 200).end(activeSpan()?.traceId ?? 'none');
  return undefined;
}

async function sent(): Promise<SentSpan[]> {
  await traces.stop();
  return collector.spans();
}

it('a request is one span, by method and pattern, with its id and status; what nobody asks about is none', async () => {
  const get = async (path: string) => (await fetch(url + path)).text();
  const traceId = await get('/api/v1/certificates/crt_secret?token=secret');
  expect(await get('/healthz')).toBe('none');
  expect(await get('/_next/static/a.js')).toBe('none');
  expect(await get('/connect/stream')).toBe('none');
  await get('/certificates/crt_secret?token=secret');
  await get('/fails');
  await expect(get('/breaks')).rejects.toThrow();
  // Fetch is answered before the server has seen the end of the connection that broke.
  await new Promise<void>((done) => server.close(() => done()));
  const spans = await sent();
  expect(spans[0]?.traceId).toBe(traceId);
  expect(spans.map(({ name }) => name)).toEqual([
    'GET /api/v1/certificates/{id}',
    ...['GET page', 'GET page', 'GET page'],
  ]);
  expect(spans[0]?.attributes).toEqual({
    'http.request.method': 'GET',
    'http.route': '/api/v1/certificates/{id}',
    'http.response.status_code': 200,
    'countersign.operation': 'getCertificate',
    'countersign.request_id': 'req_1',
  });
  const told = spans
    .slice(1)
    .map(({ status, attributes }) => [status.code, attributes['error.type']]);
  expect(told).toEqual([
    [0, undefined],
    [2, 'ServerFault'],
    [2, 'BrokenOff'],
  ]);
  expect(collector.text()).not.toContain('secret');

  logTo(lines).error('said outside');
  lines.end();
  const logged = (await text(lines))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(logged[0]).toMatchObject({ trace_id: traceId, msg: 'said within a request' });
  expect(logged.at(-1)).not.toHaveProperty('trace_id');
});

it('every operation has its pattern, and an address that is none has no name of its own', () => {
  for (const { method, path } of Object.values<Operation>(OPERATIONS)) {
    const address = path.replaceAll(/\{\w+\}/g, 'crt_00000000000000000000000000');
    expect(routeOf({ method, url: `${address}?limit=5` })).toBe(path);
  }
  const routes: [string, string | null][] = [
    ['/pki/iss_1/ocsp/MFQwUjBQ', '/pki/{ca}/ocsp'],
    ['/pki/iss_1/ca.crl?x=1', '/pki/{ca}/ca.crl'],
    ['/pki/bundle.pem', '/pki/bundle.pem'],
    ['/api/edge/v1/reports', '/api/edge/v1/reports'],
    ['/api/edge/v1/reports/acc_1', null],
    ['/api/auth/callback/credentials?token=x', '/api/auth/callback'],
    ['/api/auth/mara@meridian.example', null],
    ['/pki/iss_1/mara', null],
    ['/certificates/crt_1', null],
  ];
  for (const [path, route] of routes) {
    expect(routeOf({ method: 'GET', url: path }), path).toBe(route);
  }
});

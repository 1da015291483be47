import { createServer, request, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpFront } from './http-front';

const PUBLIC_URL = 'http://localhost:3000';
let server: Server;
let port = 0;

beforeAll(async () => {
  const front = httpFront({ publicUrl: PUBLIC_URL, trustedProxies: [] });
  server = createServer((incoming, response) => {
    if (front(incoming, response)) response.end(JSON.stringify(incoming.headers));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});
afterAll(() => {
  server.close();
});

type Sent = { method?: string; path?: string; headers?: Record<string, string>; body?: string };

function send({ method = 'GET', path = '/', headers = {}, body }: Sent) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      const call = request(
        { host: '127.0.0.1', port, method, path, headers: { host: 'localhost:3000', ...headers } },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          );
        },
      );
      call.on('error', reject);
      call.end(body);
    },
  );
}

describe('the front', () => {
  it('lets nothing through that a client says about itself in forwarded or internal headers', async () => {
    const { text } = await send({
      headers: {
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-host': 'evil.example',
        'x-middleware-subrequest': 'middleware',
        'x-countersign-address': '203.0.113.9',
        'x-request-id': 'mine',
      },
    });
    const seen = JSON.parse(text);
    expect(seen['x-forwarded-host']).toBe('localhost:3000');
    expect(seen['x-countersign-address']).toBe('127.0.0.1');
    expect(seen['x-forwarded-for']).toBe('127.0.0.1');
    expect(seen['x-middleware-subrequest']).toBeUndefined();
    expect(seen['x-request-id']).toMatch(/^req_[0-9a-f]{24}$/);
  });

  it('sends whoever came by another name to the public address, path and all', async () => {
    const { status, headers } = await send({ path: '/a?b=c', headers: { host: '127.0.0.1:9' } });
    expect(status).toBe(307);
    expect(headers.location).toBe(`${PUBLIC_URL}/a?b=c`);
  });

  it('T20: takes state changes of pages from its own origin only', async () => {
    const post = (headers: Record<string, string>) =>
      send({ method: 'POST', path: '/sign-in', headers: { 'content-length': '0', ...headers } });
    expect((await post({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post({ origin: PUBLIC_URL })).status).toBe(200);
  });

  it.each([
    ['a method nobody offers', { method: 'TRACE' }, 405],
    ['a path that does not decode', { path: '/certificates/%' }, 400],
    ['a NUL in the path', { path: '/api/v1/certificates/%00' }, 400],
    ['a line break in the query', { path: '/sign-in?next=%0A' }, 400],
    ['dot segments', { path: '/api/v1/../../certificates/new' }, 400],
    ['encoded dot segments', { path: '/api/v1/%2e%2e/%2e%2e/x' }, 400],
    ['an address that is no path', { path: 'http://evil.example/foo' }, 400],
    [
      'a form in pieces',
      { method: 'POST', path: '/sign-in', headers: { 'transfer-encoding': 'chunked' }, body: 'x' },
      400,
    ],
    [
      'a sign-in of a megabyte',
      { method: 'POST', path: '/api/auth/callback/credentials', body: 'x'.repeat(1_000_000) },
      413,
    ],
    [
      'a form of a megabyte',
      { method: 'POST', path: '/certificates/new', body: 'x'.repeat(1_000_000) },
      413,
    ],
  ])('refuses %s before any page sees it', async (_what, sent, status) => {
    const body = 'body' in sent && !('headers' in sent) ? sent.body : undefined;
    const headers = body ? { 'content-length': String(body.length) } : undefined;
    const answer = await send({ ...(headers ? { headers } : {}), ...sent });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain('evil.example');
  });
});

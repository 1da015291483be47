import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { basic, raw } from '@/gateway/testing/call';
import { entryOf, type TestLeaf, testLeaf } from '@/gateway/testing/leaves';
import { type Setting, setting, until } from '@/gateway/testing/setting';

type Handler = RequestListener;

const reply: Handler = (request, response) => {
  request.resume();
  response.end('ok');
};
let handler: Handler = reply;
let hits = 0;
let edge: Setting;
let leaf: TestLeaf;
const upstream = createServer((request, response) => {
  hits += 1;
  handler(request, response);
});
upstream.keepAliveTimeout = 60_000;

beforeAll(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  edge = await setting({
    EDGE_UPSTREAM: `${addressOf(upstream.address())}/base/`,
    EDGE_UPSTREAM_SECRET: 'between-us',
    EDGE_UPSTREAM_TIMEOUT_MS: '3000',
    EDGE_HEADER_TIMEOUT_MS: '3000',
    EDGE_IDLE_TIMEOUT_MS: '2500',
    EDGE_MAX_HEADER_BYTES: '4096',
    EDGE_UNNAMED: 'pass',
  });
  leaf = testLeaf(edge.folder, 'one');
  edge.portal.change({ kind: 'certificate', entry: entryOf(leaf) });
  await until(() => edge.gateway.state()?.number === edge.portal.number());
});
afterAll(async () => {
  await edge.stop();
  upstream.closeAllConnections();
  upstream.close();
});
beforeEach(() => {
  handler = reply;
  hits = 0;
});

const HEAD = `Host: localhost\r\nAuthorization: ${basic('billing')}\r\n`;

describe('ambiguous requests are 400 and never reach the upstream', () => {
  it.each([
    ['two lengths', 'POST', 'Content-Length: 3\r\nContent-Length: 3\r\n', 'abc'],
    [
      'length and transfer coding',
      'POST',
      'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n',
      '0\r\n\r\n',
    ],
    ['a signed length', 'POST', 'Content-Length: +3\r\n', 'abc'],
    ['a coding other than chunked', 'POST', 'Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'],
    [
      'a coding twice',
      'POST',
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n',
      '0\r\n\r\n',
    ],
    ['a blank before the colon', 'POST', 'Transfer-Encoding : chunked\r\n', '0\r\n\r\n'],
    ['obsolete folding', 'GET', 'X-A: b\r\n c\r\n', ''],
    ['two hosts', 'GET', 'Host: localhost\r\n', ''],
    ['a bare line feed', 'GET', 'X-A: b\nX-B: c\r\n', ''],
    ['a null in a header', 'GET', 'X-A: b\0c\r\n', ''],
    ['headers above the limit', 'GET', `X-A: ${'a'.repeat(5000)}\r\n`, ''],
    ['TRACE', 'TRACE', '', ''],
  ])('RFC 9112, 6.3: %s', async (_title, method, headers, body) => {
    const seen = await raw(edge, `${method} / HTTP/1.1\r\n${HEAD}${headers}\r\n${body}`, {
      leaf,
      listenMs: 300,
    });
    expect(seen).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen).toContain('"code":"malformed_request"');
    expect(seen.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(hits).toBe(0);
  });

  it('RFC 9112, 7.1: bad chunking is 400 and the upstream sees no complete request', async () => {
    let completed = 0;
    handler = (request, response) => {
      request.on('end', () => {
        completed += 1;
        response.end('ok');
      });
      request.on('error', () => undefined);
      request.resume();
    };
    const seen = await raw(
      edge,
      `POST / HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n\r\n`,
      { leaf },
    );
    expect(seen).toMatch(/^HTTP\/1\.1 400 /);
    expect(completed).toBe(0);
  });

  it('a request without Host is 400, one of HTTP/1.0 with chunked too', async () => {
    const authorization = `Authorization: ${basic('billing')}\r\n`;
    expect(
      await raw(edge, `GET / HTTP/1.1\r\n${authorization}\r\n`, { leaf, listenMs: 300 }),
    ).toMatch(/ 400 /);
    const old = `POST / HTTP/1.0\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(await raw(edge, old, { leaf, listenMs: 300 })).toMatch(/ 400 /);
    expect(hits).toBe(0);
  });

  it('CONNECT is 501', async () => {
    const seen = await raw(edge, `CONNECT localhost:1 HTTP/1.1\r\n${HEAD}\r\n`, { leaf });
    expect(seen).toMatch(/^HTTP\/1\.1 501 /);
    expect(seen).toContain('"code":"upgrade_refused"');
  });

  it('RFC 9112, 3.2.2: the absolute form is taken when its authority is the Host, refused when not', async () => {
    const of = (authority: string) =>
      raw(edge, `GET http://${authority}/x HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`, {
        leaf,
        listenMs: 300,
      });
    expect(await of('localhost')).toMatch(/ 200 /);
    expect(await of('evil.example')).toMatch(/ 400 /);
  });
});

describe('slow clients', () => {
  it('headers that do not end in time close the connection', async () => {
    expect(await raw(edge, `GET / HTTP/1.1\r\nHost: local`, { leaf })).not.toContain(
      '(still open)',
    );
    expect(hits).toBe(0);
  });

  it('an idle connection is closed', async () => {
    const seen = await raw(edge, `GET / HTTP/1.1\r\n${HEAD}\r\n`, { leaf });
    expect(seen).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen).not.toContain('(still open)');
  });

  it('a stalled body is closed, and so is the call to the upstream', async () => {
    const half = `POST / HTTP/1.1\r\n${HEAD}Content-Length: 9\r\n\r\nabc`;
    expect(await raw(edge, half, { leaf })).not.toContain('(still open)');
  });
});

function addressOf(address: string | AddressInfo | null): string {
  if (address === null || typeof address === 'string') throw new Error('no address');
  return `http://127.0.0.1:${address.port}`;
}

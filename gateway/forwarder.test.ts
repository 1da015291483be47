import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { basic, call, open, raw } from '@/gateway/testing/call';
import { entryOf, type TestLeaf, testLeaf } from '@/gateway/testing/leaves';
import { type Setting, setting, until } from '@/gateway/testing/setting';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const reply: Handler = (request, response) => {
  request.resume();
  response.end('ok');
};
let handler: Handler = reply;
let edge: Setting;
let leaf: TestLeaf;
const upstream = createServer((request, response) => {
  handler(request, response);
});
upstream.keepAliveTimeout = 60_000;

beforeAll(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  edge = await setting({
    EDGE_UPSTREAM: `${addressOf(upstream.address())}/base/`,
    EDGE_UPSTREAM_SECRET: 'between-us',
    EDGE_UPSTREAM_TIMEOUT_MS: '2500',
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
});

const HEAD = `Host: localhost\r\nAuthorization: ${basic('billing')}\r\n`;

describe('what reaches the upstream', () => {
  it('T18: nothing the client claims about itself, and what the edge says instead', async () => {
    let seen: string[] = [];
    let url: string | undefined;
    handler = (request, response) => {
      seen = request.rawHeaders;
      url = request.url;
      reply(request, response);
    };
    const forged = [
      'Client-Cert',
      'client_cert',
      'X-Mtls-Account',
      'x_mtls_account',
      'X-SSL-Client-Verify',
      'SSL_CLIENT_CERT',
      'X-Client-Cert',
      'X-Forwarded-Client-Cert',
      'X-Forwarded-For',
      'X-Edge-Secret',
      'X_Edge_Secret',
      'Forwarded',
      'X-Request-Id',
      'Keep-Alive',
      'X-Listed',
    ].map((name) => `${name}: forged\r\n`);
    await raw(
      edge,
      `GET /a?b=1 HTTP/1.1\r\n${HEAD}${forged.join('')}Connection: close, X-Listed\r\nX-Kept: yes\r\n\r\n`,
      { leaf },
    );
    const lines = Object.fromEntries(
      seen.flatMap((name, at) => (at % 2 === 0 ? [[name, seen[at + 1]]] : [])),
    );
    expect(seen).not.toContain('forged');
    expect(url).toBe('/base/a?b=1');
    expect(lines).toMatchObject({
      'X-Kept': 'yes',
      'X-Mtls-Account': 'acc_a',
      'X-Mtls-Api-Client': 'billing',
      'X-Mtls-Environment': 'production',
      'X-Mtls-Fingerprint': leaf.fingerprintHex,
      'X-Edge-Secret': 'between-us',
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Host': 'localhost',
      Authorization: basic('billing'),
    });
    const der = Buffer.from((lines['Client-Cert'] ?? '').replaceAll(':', ''), 'base64');
    expect(createHash('sha256').update(der).digest('hex')).toBe(leaf.fingerprintHex);
  });

  it('T18: on the standard listener no certificate header at all', async () => {
    let seen: IncomingMessage['headers'] = {};
    handler = (request, response) => {
      seen = request.headers;
      reply(request, response);
    };
    const headers = { 'Client-Cert': ':AQID:', 'X-Mtls-Fingerprint': 'aa' };
    await call(edge, { listener: 'standard', user: 'plain', headers });
    expect(seen['client-cert']).toBeUndefined();
    expect(seen['x-mtls-fingerprint']).toBeUndefined();
    expect(seen['x-mtls-account']).toBe('acc_b');
  });

  it('EDGE_UNNAMED=pass: an unnamed call passes without an account', async () => {
    let seen: IncomingMessage['headers'] = {};
    handler = (request, response) => {
      seen = request.headers;
      reply(request, response);
    };
    const headers = { 'X-Mtls-Account': 'acc_a' };
    const answer = await call(edge, { listener: 'standard', user: '', headers });
    expect(answer.status).toBe(200);
    expect(seen['x-mtls-account']).toBeUndefined();
  });
});

describe('bodies', () => {
  it('pass unchanged in both directions, with and without a length', async () => {
    handler = (request, response) => void request.pipe(response);
    const body = Buffer.alloc(3_000_000, 'abcdefghij');
    for (const headers of [{}, { 'Transfer-Encoding': 'chunked' }]) {
      const answer = await call(edge, { leaf, method: 'POST', body, headers });
      expect(answer.body.length).toBe(body.length);
      expect(answer.body).toBe(body.toString());
    }
  });

  it('a client that does not read holds the upstream back', async () => {
    let written = 0;
    handler = (request, response) => {
      request.resume();
      const chunk = Buffer.alloc(64 * 1024);
      const more = () => {
        do written += chunk.length;
        while (response.write(chunk) && written < 200_000_000);
      };
      response.on('drain', more);
      more();
    };
    const socket = open(edge, { leaf });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    socket.pause();
    socket.write(`GET / HTTP/1.1\r\n${HEAD}\r\n`);
    await settled(() => written);
    socket.destroy();
    expect(written).toBeGreaterThan(100_000);
    expect(written).toBeLessThan(40_000_000);
  });

  it('an upstream that does not read holds the client back', async () => {
    handler = (request) => request.pause();
    const socket = open(edge, { leaf });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    socket.write(`POST / HTTP/1.1\r\n${HEAD}Content-Length: 500000000\r\n\r\n`);
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const more = () => {
      do sent += chunk.length;
      while (socket.write(chunk) && sent < 200_000_000);
    };
    socket.on('drain', more);
    more();
    await settled(() => sent);
    socket.destroy();
    expect(sent).toBeGreaterThan(100_000);
    expect(sent).toBeLessThan(40_000_000);
  });

  it('a client that goes away ends the call to the upstream', async () => {
    let ended = false;
    handler = (request, response) => {
      response.on('close', () => {
        ended = true;
      });
      request.resume();
      response.write('first');
    };
    const socket = open(edge, { leaf });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    socket.write(`GET / HTTP/1.1\r\n${HEAD}\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await until(() => ended);
  });

  it('an answer that breaks off is seen to break off', async () => {
    handler = (request, response) => {
      request.resume();
      response.write('half');
      setTimeout(() => response.destroy(), 30);
    };
    await expect(call(edge, { leaf })).rejects.toThrow();
  });

  it('RFC 9110, 10.1.1: 100 Continue comes only after the verdict', async () => {
    const ask = (user: string) =>
      raw(
        edge,
        `POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${basic(user)}\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n`,
        { leaf, listenMs: 300 },
      );
    expect(await ask('billing')).toMatch(/^HTTP\/1\.1 100 Continue\r\n/);
    const refused = await ask('nobody');
    expect(refused).not.toContain('100 Continue');
    expect(refused).toMatch(/^HTTP\/1\.1 403 [\s\S]*Connection: close/);
  });

  it('a refused request with a body leaves the connection usable', async () => {
    const refused = `POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${basic('nobody')}\r\nContent-Length: 5\r\n\r\nhello`;
    const good = `GET / HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`;
    const seen = await raw(edge, refused + good, { leaf });
    expect(seen.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 403', 'HTTP/1.1 200']);
  });
});

describe('an upstream in trouble', () => {
  it('too slow: 504', async () => {
    handler = () => undefined;
    const answer = await call(edge, { leaf });
    expect([answer.status, answer.code]).toEqual([504, 'upstream_timeout']);
  });

  it('cuts the connection: 502', async () => {
    handler = (request) => request.socket.destroy();
    const answer = await call(edge, { leaf, method: 'POST', body: 'x' });
    expect([answer.status, answer.code]).toEqual([502, 'upstream_unavailable']);
  });

  it('answers with a status or a header that HTTP does not allow: 502, and the edge lives on', async () => {
    for (const head of ['HTTP/1.1 099 No', 'HTTP/1.1 200 O\x7fK', 'HTTP/1.1 200 OK\r\nX-\x01: a']) {
      handler = (request) => {
        request.resume();
        request.socket.end(Buffer.from(`${head}\r\nContent-Length: 0\r\n\r\n`, 'latin1'));
      };
      const answer = await call(edge, { leaf });
      expect([200, 502]).toContain(answer.status);
    }
    handler = reply;
    expect((await call(edge, { leaf })).status).toBe(200);
  });

  it('a path that node:http will not send on ends that call only', async () => {
    await raw(edge, `GET /\x80\xff%00 HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`, { leaf });
    await raw(edge, `GET /a\tb HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`, { leaf });
    expect((await call(edge, { leaf })).status).toBe(200);
  });

  it('down: 502, and what is not HTTP: 502', async () => {
    const sockets: Socket[] = [];
    const noise = createTcpServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      socket.end('220 smtp.example\r\n');
    });
    await new Promise<void>((resolve) => noise.listen(0, '127.0.0.1', resolve));
    const other = await setting({ EDGE_UPSTREAM: addressOf(noise.address()) });
    const ask = () => call(other, { listener: 'standard', user: 'plain' });
    expect((await ask()).code).toBe('upstream_unavailable');
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => noise.close(resolve));
    expect((await ask()).code).toBe('upstream_unavailable');
    await other.stop();
  });
});

function addressOf(address: string | AddressInfo | null): string {
  if (address === null || typeof address === 'string') throw new Error('no address');
  return `http://127.0.0.1:${address.port}`;
}

/** Until a number has begun to grow and has stayed the same for a while. */
async function settled(read: () => number): Promise<void> {
  let before = 0;
  do {
    before = read();
    await new Promise((resolve) => setTimeout(resolve, 300));
  } while (read() < 100_000 || read() !== before);
}

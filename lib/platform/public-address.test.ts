import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { guardedRequests, isPublicAddress, publicUrlFault } from './public-address';

/** What resolvers say here; `localhost` and the rest as this machine does. */
const ANSWERS: Record<string, string[]> = {
  'private.example.com': ['127.0.0.1'],
  'private-6.example.com': ['::1'],
  'mapped.example.com': ['::ffff:127.0.0.1'],
  'rebound.example.com': ['93.184.215.14', '127.0.0.1'],
  'nowhere.example.com': [],
};

vi.mock('node:dns', async (original) => {
  const real = await original<typeof import('node:dns')>();
  const lookup = (
    name: string,
    options: import('node:dns').LookupAllOptions,
    callback: (error: Error | null, found: import('node:dns').LookupAddress[]) => void,
  ) => {
    const answer = ANSWERS[name];
    if (!answer) return real.lookup(name, options, callback);
    callback(
      null,
      answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { ...real, lookup };
});

describe('T22: what customers name leads to the public internet alone', () => {
  it.each(['93.184.215.14', '1.1.1.1', '2606:4700::1111'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255'],
    ...[
      '192.168.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
    ],
    ...['::1', '::', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1'],
    ...['fec0::1', '5f00::1', '3fff::1', '4000::1'],
    ...['fc00::1', 'fd12::1', 'fe80::1', 'fe80::1%eth0', 'ff02::1', '2002:7f00:1::', '2001:db8::1'],
    'localhost',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    ...['http://login.example.com', 'ftp://login.example.com', 'login.example.com', ''],
    ...['https://127.0.0.1', 'https://0x7f000001', 'https://2130706433', 'https://017700000001'],
    ...['https://[::1]', 'https://[::ffff:7f00:1]', 'https://localhost', 'https://a.localhost'],
    ...['https://metadata.internal', 'https://intranet', 'https://u:p@login.example.com'],
    ...['https://login.example.com/?a=b', 'https://login.example.com/#a'],
  ])('%j is refused', (url) => {
    expect(publicUrlFault(url)).not.toBeNull();
  });

  it('an identity provider as they are is taken', () => {
    expect(publicUrlFault('https://login.example.com/tenant/v2.0')).toBeNull();
  });
});

describe('T22: a request that a customer had us make', () => {
  let canary: Server;
  let port = 0;
  let hits = 0;

  beforeAll(async () => {
    canary = createServer((socket) => {
      hits += 1;
      socket.destroy();
    });
    // Of both families, wherever this machine has them.
    canary.listen(0);
    await once(canary, 'listening');
    const address = canary.address();
    port = typeof address === 'object' && address ? address.port : 0;
  });
  afterEach(() => {
    hits = 0;
  });
  afterAll(() => canary.close());

  /** @returns how it ended, which is never an answer */
  function ask(url: URL, reach: 'public' | 'anywhere'): Promise<string> {
    return new Promise((ended) => {
      try {
        const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
        const sent = request(url, guardedRequests(reach)(url), () => ended('answered'));
        sent.once('error', ({ message }) => ended(message));
        sent.end();
      } catch (error) {
        ended(error instanceof Error ? error.message : 'thrown');
      }
    });
  }

  const HOSTS = [
    ...['127.0.0.1', '127.1', '0x7f000001', '0x7f.1', '2130706433', '017700000001', '0177.0.0.1'],
    ...['0.0.0.0', '0', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]'],
    ...['[::ffff:7f00:1]', '[::127.0.0.1]', 'localhost', 'LOCALHOST', 'localhost.', 'a.localhost'],
    ...['127.0.0.1.', '①②⑦.⓪.⓪.①', ...Object.keys(ANSWERS)],
  ];

  it.each(HOSTS)('leads to nothing at %s, with TLS or without', async (host) => {
    for (const scheme of ['https', 'http']) {
      expect(await ask(new URL(`${scheme}://${host}:${port}/`), 'public')).toMatch(
        /public internet/,
      );
    }
    expect(hits).toBe(0);
  });

  it('of an operator leads there: the canary sings', async () => {
    for (const scheme of ['https', 'http']) {
      const url = new URL(`${scheme}://127.0.0.1:${port}/`);
      expect(await ask(url, 'anywhere')).not.toMatch(/public internet/);
    }
    expect(hits).toBe(2);
  });

  it('is not asked without TLS on the public internet either', async () => {
    expect(await ask(new URL('http://rebound.example.com/'), 'public')).toMatch(/not asked over/);
  });

  it('reads no more than about a megabyte, however much is sent', async () => {
    const endless = createHttpServer((_, response) => {
      const chunk = Buffer.alloc(65_536);
      const more = (): void => {
        if (response.destroyed) return;
        response.write(chunk, () => setImmediate(more));
      };
      more();
    }).listen(0, '127.0.0.1');
    await once(endless, 'listening');
    const address = endless.address();
    const at = typeof address === 'object' && address ? address.port : 0;
    const url = new URL(`http://127.0.0.1:${at}/`);
    const sent = httpRequest(url, guardedRequests('anywhere')(url)).end();
    const [response] = await once(sent, 'response');
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    const [error] = await once(response, 'error');
    expect(error.code).toBe('ECONNRESET');
    expect(bytes).toBeLessThan(1_200_000);
    endless.close();
  });
});

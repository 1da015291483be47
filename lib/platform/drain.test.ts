import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Drain, drain } from './drain';

const LONG_MS = 60_000;
let server: Server;
let port: number;
let stopping: Drain;
let begun: ServerResponse[];
let wake: () => void = () => undefined;

beforeEach(async () => {
  begun = [];
  stopping = drain((incoming: IncomingMessage) => incoming.url === '/stream');
  server = createServer((incoming, response) => {
    if (stopping.take(incoming, response)) return;
    begun.push(response);
    wake();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = Object(server.address()).port;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

function nextArrival(): Promise<void> {
  return new Promise((resolve) => {
    wake = resolve;
  });
}

function answerOf(path: string, agent?: Agent): Promise<[number, string | undefined]> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, ...(agent ? { agent } : {}) },
      (reply) => {
        reply.resume();
        reply.once('end', () => resolve([reply.statusCode ?? 0, reply.headers.connection]));
      },
    );
    sent.once('error', reject);
    sent.end();
  });
}

it('what was begun is answered whole before the end; what comes then is refused', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  const arrived = nextArrival();
  const slow = answerOf('/slow', agent);
  await arrived;
  let drained = false;
  const end = stopping.begin(LONG_MS).then(() => {
    drained = true;
  });
  expect(await answerOf('/late', agent)).toEqual([503, 'close']);
  expect(drained).toBe(false);
  begun[0]?.end('whole');
  expect(await slow).toEqual([200, 'close']);
  await end;
  expect(drained).toBe(true);
  agent.destroy();
});

it('nobody waits for a stream, for a client that went away, or where nothing is under way', async () => {
  await stopping.begin(LONG_MS);
  stopping = drain((incoming) => incoming.url === '/stream');
  const arrived = nextArrival();
  answerOf('/stream').catch(() => undefined);
  await arrived;
  await stopping.begin(LONG_MS);

  stopping = drain(() => false);
  const again = nextArrival();
  const gone = request({ host: '127.0.0.1', port, path: '/gone' });
  gone.once('error', () => undefined);
  gone.end();
  await again;
  const end = stopping.begin(LONG_MS);
  gone.destroy();
  await end;
});

it('what does not end is left after the time that was given', async () => {
  const arrived = nextArrival();
  answerOf('/never').catch(() => undefined);
  await arrived;
  await stopping.begin(1);
  expect(begun).toHaveLength(1);
});

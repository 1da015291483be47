/** HTTP/2 on a connection that has its verdict: every stream is judged as every request of HTTP/1.1 is. */
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Connection } from '@/gateway/connections';
import { type Inbound, inboundHttp2 } from '@/gateway/inbound';
import { SECOND_MS } from '@/lib/kernel/time';

/** Enough for a busy client, too few for one connection to hold a hundred upstream connections at once. */
const MAX_STREAMS = 64;

export type Http2Server = {
  take(socket: TLSSocket, connection: Connection): void;
  close(): void;
};

export function http2Server(options: {
  timeouts: { idleMs: number; upstreamMs: number };
  maxHeaderBytes: number;
  answer(message: {
    connection: Connection;
    inbound: Inbound;
    expects: 'continue' | 'nothing';
  }): void;
}): Http2Server {
  const { timeouts } = options;
  const idleMs = Math.max(timeouts.idleMs, timeouts.upstreamMs + SECOND_MS);
  const sessions = new Map<ServerHttp2Session, Connection>();
  const settings = { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: options.maxHeaderBytes };
  const server = createServer({ settings, maxSessionInvalidFrames: 10 });
  // The session of a socket is made before `emit` returns.
  let taking: Connection | null = null;
  server.on('session', (session) => {
    if (taking === null) {
      session.destroy();
      return;
    }
    sessions.set(session, taking);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
    session.setTimeout(idleMs, () => session.destroy());
  });
  const listen = (event: 'request' | 'checkContinue' | 'connect') =>
    server.on(event, (request, response) => {
      const expects = event === 'checkContinue' ? 'continue' : 'nothing';
      const session = request.stream.session;
      const connection = session === undefined ? undefined : sessions.get(session);
      // Unknown means deny: no stream is handled on a connection without a verdict.
      if (connection === undefined) request.stream.destroy();
      else options.answer({ connection, inbound: inboundHttp2(request, response), expects });
    });
  for (const event of ['request', 'checkContinue', 'connect'] as const) listen(event);
  return {
    take(socket, connection) {
      taking = connection;
      server.emit('connection', socket);
      taking = null;
    },
    close() {
      for (const session of sessions.keys()) session.close();
    },
  };
}

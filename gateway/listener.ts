/**
 * A TLS listener. HTTP is given a socket only after the verdict on its connection: Node runs request handlers for
 * data that came with the client's last handshake flight before an ordinary `secureConnection` listener of an HTTPS
 * server could object.
 */
import { constants } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { type Connection, type Connections, connectionOf } from '@/gateway/connections';
import {
  type Edge,
  endsConnection,
  judge,
  newRequestId,
  reportRefusal,
  serve,
} from '@/gateway/exchange';
import { http2Server } from '@/gateway/http2-server';
import { type Inbound, inboundHttp1 } from '@/gateway/inbound';
import { rawProblem } from '@/gateway/refusal';
import type { ServerIdentity } from '@/gateway/server-identity';
import type { Listener } from '@/lib/edge/decide';
import type { Environment } from '@/lib/kernel/environments';
import { SECOND_MS } from '@/lib/kernel/time';

export type ListenerOptions = {
  edge: Edge;
  connections: Connections;
  place: { environment: Environment; listener: Listener };
  identity: ServerIdentity;
  host: string;
  port: number;
  timeouts: { headerMs: number; idleMs: number; upstreamMs: number };
  log(line: string): void;
  maxHeaderBytes: number;
};

export type OpenListener = {
  port: number;
  /** Takes no new connections and closes those on which nothing is in flight. */
  close(): void;
};

export async function openListener(options: ListenerOptions): Promise<OpenListener> {
  const { edge, place } = options;
  const known = new WeakMap<Duplex, Connection>();
  const http = httpServer(options, known);
  const http2 = http2Server({ ...options, answer: (message) => answer(options, message) });
  const tls = createTlsServer({
    cert: options.identity.certPem,
    key: options.identity.keyPem,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['h2', 'http/1.1'],
    // Leaves are judged by fingerprint. No CA list: leaves of every issuing CA may be offered.
    ca: [],
    requestCert: place.listener === 'mtls',
    rejectUnauthorized: false,
    // T13, T14: a resumed session has no leaf of its own. No tickets; and without a store no session ids.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    handshakeTimeout: options.timeouts.headerMs,
  });
  tls.on('secureConnection', (socket: TLSSocket) => {
    const connection = connectionOf(socket, place);
    const verdict = judge(edge, connection);
    if (!verdict.allow && endsConnection(connection, verdict.code)) {
      const requestId = newRequestId();
      const nothing = { apiClientName: null, userAgent: null };
      reportRefusal(edge, connection, { code: verdict.code, requestId, ...nothing });
      endTls(socket);
      return;
    }
    connection.allowedBefore = verdict.allow;
    known.set(socket, connection);
    options.connections.add(connection);
    if (socket.alpnProtocol === 'h2') http2.take(socket, connection);
    else http.emit('connection', socket);
  });
  const port = await listen(tls, options);
  tls.on('error', (error) => options.log(`listener: ${error.message}`));
  // The timers behind `headersTimeout` start with this event, which a server that is only given sockets never has.
  http.emit('listening');
  return {
    port,
    close() {
      tls.close();
      http.close();
      http2.close();
      http.closeIdleConnections();
    },
  };
}

/** Ends TLS properly (close_notify) without reading what the client has sent. */
function endTls(socket: TLSSocket): void {
  socket.on('error', () => socket.destroy());
  socket.end(() => socket.destroy());
  setTimeout(() => socket.destroy(), SECOND_MS).unref();
}

export type Expects = 'continue' | 'nothing';

function answer(
  options: ListenerOptions,
  message: { connection: Connection; inbound: Inbound; expects: Expects },
): void {
  const { connection } = message;
  try {
    serve(options.edge, connection, message);
  } catch (error) {
    // Our own fault, or bytes that node:http will not send on. One connection ends; the others go on.
    options.log(`a request failed: ${error instanceof Error ? error.message : String(error)}`);
    connection.socket.destroy();
  }
}

function httpServer(options: ListenerOptions, known: WeakMap<Duplex, Connection>): Server {
  const { edge, timeouts } = options;
  const server = createHttpServer({
    maxHeaderSize: options.maxHeaderBytes,
    headersTimeout: timeouts.headerMs,
    // Bodies may take long; what ends a stalled one is the idle timeout below.
    requestTimeout: 0,
    keepAliveTimeout: timeouts.idleMs,
    connectionsCheckingInterval: Math.min(SECOND_MS, timeouts.headerMs),
    requireHostHeader: false,
    insecureHTTPParser: false,
  });
  // A call that waits for the upstream is not idle: it has to live to be answered 504.
  server.setTimeout(Math.max(timeouts.idleMs, timeouts.upstreamMs + SECOND_MS));
  const take = (request: IncomingMessage, response: ServerResponse, expects: Expects) => {
    const connection = known.get(request.socket);
    // Unknown means deny: no request is handled on a connection without a verdict.
    if (connection === undefined) request.socket.destroy();
    else answer(options, { connection, inbound: inboundHttp1(request, response), expects });
  };
  server.on('request', (request, response) => take(request, response, 'nothing'));
  server.on('checkContinue', (request, response) => take(request, response, 'continue'));
  const refuseRaw = (socket: Duplex, code: 'malformed_request' | 'upgrade_refused') => {
    const connection = known.get(socket);
    if (connection === undefined || !socket.writable) {
      socket.destroy();
      return;
    }
    const requestId = newRequestId();
    reportRefusal(edge, connection, { code, requestId, apiClientName: null, userAgent: null });
    const begun = [...connection.inFlight].some((exchange) => exchange.answering());
    for (const exchange of connection.inFlight) exchange.end();
    // Other bytes in the middle of an answer, or after it to the same request, would be worse than none.
    if (begun) socket.destroy();
    else socket.end(rawProblem(code, requestId), () => socket.destroy());
  };
  server.on('connect', (_request, socket) => refuseRaw(socket, 'upgrade_refused'));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const parserGaveUp = error.code?.startsWith('HPE_') ?? false;
    if (parserGaveUp) refuseRaw(socket, 'malformed_request');
    else socket.destroy();
  });
  return server;
}

function listen(
  server: ReturnType<typeof createTlsServer>,
  address: { host: string; port: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve(portOf(server.address()));
    });
  });
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not an internet address');
  return address.port;
}

/**
 * One request at one listener: facts, verdict, then the upstream or a refusal. The only place where a verdict
 * becomes an effect.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Connection, hexOf, type InFlight } from '@/gateway/connections';
import { forward, type Upstream } from '@/gateway/forwarder';
import { sendProblem } from '@/gateway/refusal';
import type { Reporter } from '@/gateway/reporter';
import {
  type Allowed,
  type ConnectionVerdict,
  decide,
  decideConnection,
  type Policy,
  passesUnderEnforcement,
  type RequestFacts,
} from '@/lib/edge/decide';
import { apiClientNameHash } from '@/lib/edge/frames';
import { forwardedHeaders, type HeaderLine, headerLines, writtenHeaders } from '@/lib/edge/headers';
import { type IdentitySource, identityOf } from '@/lib/edge/identity';
import type { EdgeState } from '@/lib/edge/state';
import type { Environment } from '@/lib/kernel/environments';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';

export type Edge = {
  state(): EdgeState | null;
  nowMs(): number;
  policy: Policy;
  sources: readonly IdentitySource[];
  upstream: Upstream;
  reporter: Reporter;
};

/** How a refusal that ends TLS is given: production says nothing to strangers, sandbox explains. */
const MANNER: Record<Environment, 'strict' | 'explain'> = {
  production: 'strict',
  sandbox: 'explain',
};

/** Bytes of a refused request's body that are read and thrown away, so that the client gets to read the answer. */
const DRAIN_BYTES = 1024 * 1024;

type Exchange = {
  edge: Edge;
  connection: Connection;
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  inFlight: InFlight;
};

/** The verdict on a connection at this moment. */
export function judge(edge: Edge, connection: Connection): ConnectionVerdict {
  const { policy } = edge;
  return decideConnection({ facts: connection, state: edge.state(), policy, nowMs: edge.nowMs() });
}

/** True when a denial for this reason closes the connection instead of being answered (invariant 9). */
export function endsConnection(connection: Connection, code: RefusalCode): boolean {
  return MANNER[connection.environment] === 'strict' && REFUSALS[code].endsTls;
}

/** Answers one request. @param expects `continue` when the client waits for 100 before it sends its body */
export function serve(
  edge: Edge,
  connection: Connection,
  message: { request: IncomingMessage; response: ServerResponse; expects: 'continue' | 'nothing' },
): void {
  const { request, response } = message;
  const inFlight = track(connection, request, response);
  const requestId = newRequestId();
  const exchange = { edge, connection, request, response, requestId, inFlight };
  const outcome = assess(exchange);
  if ('code' in outcome) {
    refuse(exchange, outcome.code, message.expects, outcome.apiClientName);
    return;
  }
  noteSuccess(exchange, outcome.verdict);
  if (message.expects === 'continue') response.writeContinue();
  send(exchange, outcome);
}

type Call = { facts: RequestFacts; verdict: Allowed; lines: readonly HeaderLine[]; path: string };

/** The connection first: a caller without a live certificate learns nothing else about its request. */
function assess(exchange: Exchange): Call | { code: RefusalCode; apiClientName: string | null } {
  const { edge, connection, request } = exchange;
  const no = (code: RefusalCode, apiClientName: string | null = null) => ({ code, apiClientName });
  const onConnection = judge(edge, connection);
  if (!onConnection.allow) return no(onConnection.code);
  const lines = headerLines(request.rawHeaders);
  const target = targetOf(request, lines);
  if (target === null) return no('malformed_request');
  if (request.headers.upgrade !== undefined) return no('upgrade_refused');
  const identity = identityOf(lines, edge.sources);
  if ('malformed' in identity) return no('malformed_request');

  const { environment, listener, leaf, sni } = connection;
  const { path, host } = target;
  const apiClientNames = identity.names;
  const facts: RequestFacts = { environment, listener, leaf, sni, host, apiClientNames };
  const { policy } = edge;
  const verdict = decide({ facts, state: edge.state(), policy, nowMs: edge.nowMs() });
  if (!verdict.allow) return no(verdict.code, apiClientNames[0] ?? null);
  return { facts, verdict, lines, path };
}

function send(exchange: Exchange, call: Call): void {
  const { edge, connection, request, response, requestId } = exchange;
  const { facts, verdict } = call;
  const { leaf } = connection;
  const { upstream } = edge;
  const secretHeader = upstream.secret?.name.toLowerCase() ?? '';
  const kept = forwardedHeaders(call.lines, { sources: edge.sources, secretHeader });
  const written = writtenHeaders(
    {
      requestId,
      environment: connection.environment,
      listener: connection.listener,
      accountId: verdict.accountId,
      apiClientName: verdict.apiClient?.name ?? null,
      certificate:
        leaf !== null && verdict.certificate !== null
          ? { der: leaf.der, fingerprint: leaf.fingerprint, notAfter: verdict.certificate.notAfter }
          : null,
      tlsVersion: connection.tlsVersion,
      sourceAddress: connection.sourceAddress,
      host: facts.host,
      passesUnderEnforcement: passesUnderEnforcement(facts, verdict),
    },
    upstream.secret,
  );
  exchange.inFlight.end = forward({
    request,
    response,
    requestId,
    path: call.path,
    headers: [...kept, ...written],
    upstream,
    onFailure: (failure) => refuse(exchange, failure, 'nothing', verdict.apiClient?.name ?? null),
  });
}

/** Enters the exchange among those of its connection, until both its request and its answer are complete. */
function track(
  connection: Connection,
  request: IncomingMessage,
  response: ServerResponse,
): InFlight {
  const inFlight: InFlight = { answering: () => response.headersSent, end: () => undefined };
  const leave = () => {
    if (request.complete && response.writableFinished) connection.inFlight.delete(inFlight);
  };
  connection.inFlight.add(inFlight);
  response.once('close', leave);
  request.once('close', leave);
  return inFlight;
}

function refuse(
  exchange: Exchange,
  code: RefusalCode,
  expects: 'continue' | 'nothing',
  apiClientName: string | null,
): void {
  const { connection, request, response, requestId } = exchange;
  reportRefusal(exchange.edge, connection, {
    code,
    requestId,
    apiClientName,
    userAgent: request.headers['user-agent'] ?? null,
  });
  if (endsConnection(connection, code)) {
    connection.socket.destroy();
    return;
  }
  // A client that was not told to continue may send its body or not: only closing makes the next bytes clear.
  sendProblem(response, code, requestId, expects === 'continue' ? 'close' : 'keep-alive');
  drain(request, connection);
}

/** Reports a refusal to the portal; nothing the client sent goes along but what support needs to find the caller. */
export function reportRefusal(
  edge: Edge,
  connection: Connection,
  refusal: {
    code: RefusalCode;
    requestId: string;
    apiClientName: string | null;
    userAgent: string | null;
  },
): void {
  const { environment, listener, leaf, sni, tlsVersion, sourceAddress } = connection;
  const nameKey = edge.state()?.nameKey;
  const { apiClientName } = refusal;
  edge.reporter.refused({
    requestId: refusal.requestId,
    code: refusal.code,
    environment,
    listener,
    at: new Date(edge.nowMs()).toISOString(),
    fingerprint: leaf?.fingerprintHex ?? null,
    nameHash:
      nameKey === undefined || apiClientName === null
        ? null
        : hexOf(apiClientNameHash(nameKey, environment, apiClientName)),
    sourceAddress: sourceAddress ?? 'unknown',
    userAgent: refusal.userAgent?.slice(0, 200) ?? null,
    sni: sni?.slice(0, 255) ?? null,
    tlsVersion,
  });
}

export function newRequestId(): string {
  // randomUUID draws from a pool: a tenth of the cost of asking the system for bytes at every request.
  return `req_${randomUUID().replaceAll('-', '')}`;
}

function noteSuccess(exchange: Exchange, verdict: Allowed): void {
  const { edge, connection } = exchange;
  const { leaf } = connection;
  const { apiClient } = verdict;
  if (leaf === null || apiClient === null) return;
  edge.reporter.succeeded(leaf.fingerprintHex, () => ({
    fingerprint: leaf.fingerprintHex,
    nameHash: hexOf(apiClient.nameHash),
    environment: connection.environment,
    at: new Date(edge.nowMs()).toISOString(),
    tlsVersion: connection.tlsVersion ?? 'unknown',
  }));
}

/**
 * Where the request wants to go, and for which host; null when it is not clear.
 * @see RFC 9112, 3.2 and 6.1 (a transfer coding that HTTP/1.0 does not have, or that is not chunked alone)
 */
function targetOf(
  request: IncomingMessage,
  lines: readonly HeaderLine[],
): { path: string; host: string | null } | null {
  const version = request.httpVersion;
  const coding = request.headers['transfer-encoding'];
  if (version !== '1.1' && version !== '1.0') return null;
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || version === '1.0'))
    return null;
  // TRACE would show the caller the headers that the edge writes, its secret among them.
  if (request.method === 'TRACE') return null;
  const hosts = lines.filter(({ name }) => name.toLowerCase() === 'host');
  const host = hosts[0]?.value ?? null;
  if (hosts.length > 1 || (host === null && version === '1.1')) return null;
  const url = request.url ?? '';
  if (url.startsWith('/') || (url === '*' && request.method === 'OPTIONS')) {
    return { path: url === '*' ? '/' : url, host };
  }
  // Absolute form: its authority replaces Host, so the two have to be the same here.
  const absolute = /^https?:\/\/([^/?#]+)([^#]*)$/i.exec(url);
  if (absolute === null || absolute[1]?.toLowerCase() !== host?.toLowerCase()) return null;
  const path = absolute[2] ?? '';
  return { path: path.startsWith('/') ? path : `/${path}`, host };
}

function drain(request: IncomingMessage, connection: Connection): void {
  if (request.complete) return;
  let left = DRAIN_BYTES;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) connection.socket.destroy();
  });
  request.on('error', () => connection.socket.destroy());
  request.resume();
}

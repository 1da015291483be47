/**
 * One request at one listener: facts, verdict, then the upstream or a refusal. The only place where a verdict
 * becomes an effect.
 */
import { randomUUID } from 'node:crypto';
import { type Caller, type Connection, hexOf, type InFlight } from '@/gateway/connections';
import { countPassed, countRefused, evidenceOf, MAX_USER_AGENT } from '@/gateway/counting';
import { forward, type Upstream } from '@/gateway/forwarder';
import type { Inbound } from '@/gateway/inbound';
import { sendProblem } from '@/gateway/refusal';
import type { Reporter } from '@/gateway/reporter';
import type { Evidence } from '@/lib/contract/edge-protocol';
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
import { forwardedHeaders, type HeaderLine, writtenHeaders } from '@/lib/edge/headers';
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
  inbound: Inbound;
  requestId: string;
  inFlight: InFlight;
};

/** The verdict on a connection at this moment. */
export function judge(edge: Edge, connection: Caller): ConnectionVerdict {
  const { policy } = edge;
  return decideConnection({ facts: connection, state: edge.state(), policy, nowMs: edge.nowMs() });
}

/** True when a denial for this reason closes the connection instead of being answered (invariant 9). */
export function endsConnection(connection: Caller, code: RefusalCode): boolean {
  return MANNER[connection.environment] === 'strict' && REFUSALS[code].endsTls;
}

/** Answers one request. @param expects `continue` when the client waits for 100 before it sends its body */
export function serve(
  edge: Edge,
  connection: Connection,
  message: { inbound: Inbound; expects: 'continue' | 'nothing' },
): void {
  const { inbound } = message;
  const inFlight = track(connection, inbound);
  const exchange = { edge, connection, inbound, requestId: newRequestId(), inFlight };
  const outcome = assess(exchange);
  if ('code' in outcome) {
    refuse(exchange, outcome.code, message.expects, outcome.apiClientName);
    return;
  }
  reportSuccess(edge, connection, {
    requestId: exchange.requestId,
    verdict: outcome.verdict,
    userAgent: inbound.header('user-agent'),
    httpVersion: inbound.version,
  });
  if (message.expects === 'continue') inbound.continue();
  send(exchange, outcome);
}

type Call = { facts: RequestFacts; verdict: Allowed; lines: readonly HeaderLine[]; path: string };

/** The connection first: a caller without a live certificate learns nothing else about its request. */
function assess(exchange: Exchange): Call | { code: RefusalCode; apiClientName: string | null } {
  const { edge, connection, inbound } = exchange;
  const no = (code: RefusalCode, apiClientName: string | null = null) => ({ code, apiClientName });
  const onConnection = judge(edge, connection);
  if (!onConnection.allow) return no(onConnection.code, nameForTheReport(exchange));
  if (inbound.method === 'CONNECT' || inbound.header('upgrade') !== null) {
    return no('upgrade_refused');
  }
  const { lines } = inbound;
  const target = targetOf(inbound);
  if (target === null) return no('malformed_request');
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

/**
 * Whom the portal tells of a call whose certificate names nobody; the caller learns nothing from it. Where TLS ends
 * nothing of the request is looked at.
 */
function nameForTheReport(exchange: Exchange): string | null {
  const { edge, connection, inbound } = exchange;
  if (MANNER[connection.environment] === 'strict') return null;
  const identity = identityOf(inbound.lines, edge.sources);
  if ('malformed' in identity) return null;
  const [name = null, ...others] = identity.names;
  return others.every((other) => other === name) ? name : null;
}

function send(exchange: Exchange, call: Call): void {
  const { edge, connection, inbound, requestId } = exchange;
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
  const count = countOnce(exchange, verdict);
  exchange.inFlight.end = forward({
    inbound,
    requestId,
    path: call.path,
    headers: [...kept, ...written],
    upstream,
    onAnswer: count,
    onFailure: (failure) => refuse(exchange, failure, 'nothing', verdict.apiClient?.name ?? null),
  });
}

/**
 * A certificate has proved whose call it is. Without one nobody knows before the API has answered, and never if it
 * does not.
 */
function countOnce(exchange: Exchange, verdict: Allowed): (status: number) => void {
  const { edge, connection, inbound } = exchange;
  const userAgent = inbound.header('user-agent');
  let counted = false;
  const count = (evidence: Evidence) => {
    if (counted) return;
    counted = true;
    countPassed(edge, connection, { verdict, evidence, userAgent });
  };
  if (connection.listener === 'mtls') count('certificate');
  else inbound.response.once('close', () => count('unproved'));
  return (status) => count(evidenceOf(status));
}

/** Enters the exchange among those of its connection, until both its request and its answer are complete. */
function track(connection: Connection, inbound: Inbound): InFlight {
  const { request, response } = inbound;
  const inFlight: InFlight = { answering: inbound.answering, end: () => undefined };
  let answered = false;
  const leave = () => {
    if (inbound.received() && answered) connection.inFlight.delete(inFlight);
  };
  connection.inFlight.add(inFlight);
  response.once('close', () => {
    answered = true;
    leave();
  });
  request.once('close', leave);
  return inFlight;
}

function refuse(
  exchange: Exchange,
  code: RefusalCode,
  expects: 'continue' | 'nothing',
  apiClientName: string | null,
): void {
  const { connection, inbound, requestId } = exchange;
  reportRefusal(exchange.edge, connection, {
    code,
    requestId,
    apiClientName,
    userAgent: inbound.header('user-agent'),
  });
  if (endsConnection(connection, code)) {
    connection.socket.destroy();
    return;
  }
  // A client that was not told to continue may send its body or not: only closing makes the next bytes clear.
  sendProblem(inbound, code, requestId, expects === 'continue' ? 'close' : 'keep-alive');
  drain(inbound, connection);
}

/** Reports a refusal to the portal; nothing the client sent goes along but what support needs to find the caller. */
export function reportRefusal(
  edge: Edge,
  connection: Caller,
  refusal: {
    code: RefusalCode;
    requestId: string;
    apiClientName: string | null;
    userAgent: string | null;
  },
): void {
  const { environment, listener, leaf, sni, tlsVersion, sourceAddress } = connection;
  const nameKey = edge.state()?.nameKey;
  const { code, apiClientName, userAgent } = refusal;
  const nameHash =
    nameKey === undefined || apiClientName === null
      ? null
      : apiClientNameHash(nameKey, environment, apiClientName);
  countRefused(edge, connection, { code, nameHash, userAgent });
  edge.reporter.refused({
    requestId: refusal.requestId,
    code,
    environment,
    listener,
    at: new Date(edge.nowMs()).toISOString(),
    fingerprint: leaf?.fingerprintHex ?? null,
    nameHash: nameHash === null ? null : hexOf(nameHash),
    sourceAddress: sourceAddress ?? 'unknown',
    userAgent: userAgent?.slice(0, MAX_USER_AGENT) ?? null,
    sni: sni?.slice(0, 255) ?? null,
    tlsVersion,
  });
}

export function newRequestId(): string {
  // randomUUID draws from a pool: a tenth of the cost of asking the system for bytes at every request.
  return `req_${randomUUID().replaceAll('-', '')}`;
}

/** Reports an allowed call, unless it was let through by policy without a name: nobody's account could be told. */
export function reportSuccess(
  edge: Edge,
  caller: Caller,
  call: { requestId: string; verdict: Allowed; userAgent: string | null; httpVersion: string },
): void {
  const { leaf, environment, listener, tlsVersion, sourceAddress } = caller;
  const { requestId, userAgent, httpVersion } = call;
  const { apiClient } = call.verdict;
  if (apiClient === null) return;
  const atMs = edge.nowMs();
  const fingerprint = leaf?.fingerprintHex ?? null;
  edge.reporter.succeeded(`${environment} ${listener} ${fingerprint} ${apiClient.name}`, () => ({
    requestId,
    environment,
    listener,
    at: new Date(atMs).toISOString(),
    fingerprint,
    nameHash: hexOf(apiClient.nameHash),
    sourceAddress: sourceAddress ?? 'unknown',
    userAgent: userAgent?.slice(0, MAX_USER_AGENT) ?? null,
    tlsVersion,
    httpVersion,
  }));
}

/**
 * Where the request wants to go, and for which host; null when it is not clear.
 * @see RFC 9112, 3.2 and 6.1 (a transfer coding that HTTP/1.0 does not have, or that is not chunked alone)
 * @see RFC 9113, 8.3.1 (`:authority` and Host)
 */
function targetOf(inbound: Inbound): { path: string; host: string | null } | null {
  const { version, target } = inbound;
  const coding = inbound.header('transfer-encoding');
  if (coding !== null && (coding.toLowerCase() !== 'chunked' || version !== '1.1')) return null;
  // TRACE would show the caller the headers that the edge writes, its secret among them.
  if (inbound.method === 'TRACE') return null;
  const [host = null, ...others] = inbound.hosts;
  const agreed = version === '2' && others.every((other) => other === host);
  if ((others.length > 0 && !agreed) || (host === null && version !== '1.0')) return null;
  if (target.startsWith('/')) return { path: target, host };
  if (target === '*' && inbound.method === 'OPTIONS') return { path: '/', host };
  // Absolute form: its authority replaces Host, so the two have to be the same here.
  const absolute = /^https?:\/\/([^/?#]+)([^#]*)$/i.exec(target);
  if (absolute === null || absolute[1]?.toLowerCase() !== host?.toLowerCase()) return null;
  const path = absolute[2] ?? '';
  return { path: path.startsWith('/') ? path : `/${path}`, host };
}

function drain(inbound: Inbound, connection: Connection): void {
  if (inbound.received()) return;
  let left = DRAIN_BYTES;
  inbound.request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) connection.socket.destroy();
  });
  inbound.request.on('error', () => inbound.breakOff());
  inbound.request.resume();
}

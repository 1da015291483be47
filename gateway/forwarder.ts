/**
 * Passes an allowed request on and its answer back, as streams: neither side can make the edge hold a body in
 * memory. Trailers are not passed on in either direction: they arrive after the decision on headers was made.
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Inbound } from '@/gateway/inbound';
import { type HeaderLine, headerLines, returnedHeaders } from '@/lib/edge/headers';

export type Upstream = {
  url: URL;
  secret: HeaderLine | null;
  /** Without a byte from the upstream for so long, the call ends. */
  timeoutMs: number;
  agent: HttpAgent | HttpsAgent;
  /** Of `url`, as node:http takes it. */
  at: { host: string; hostname: string; port: number | undefined; basePath: string };
};

export type Failure = 'upstream_unavailable' | 'upstream_timeout';

/** Connections to the upstream are kept: setting one up costs more than forwarding a small call. */
export function upstreamOf(given: Pick<Upstream, 'url' | 'secret' | 'timeoutMs'>): Upstream {
  const { url } = given;
  const options = { keepAlive: true, maxFreeSockets: 256, scheduling: 'lifo' as const };
  const agent = url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  const at = {
    host: url.host,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? undefined : Number(url.port),
    basePath: url.pathname.replace(/\/$/, ''),
  };
  return { ...given, agent, at };
}

type Call = {
  inbound: Inbound;
  requestId: string;
  path: string;
  headers: readonly HeaderLine[];
  upstream: Upstream;
  onAnswer(status: number): void;
  onFailure(failure: Failure): void;
};

/**
 * @param call.headers all that the upstream may see of the client's, and what the edge writes; framing is added here
 * @param call.onAnswer called at most once, with what the upstream answered
 * @param call.onFailure called at most once, and only while no byte of an answer has been sent
 * @returns a function that ends the exchange at once
 */
export function forward(call: Call): () => void {
  const { inbound, upstream } = call;
  let outgoing: ClientRequest;
  let over = false;
  let timedOut = false;

  const end = () => {
    over = true;
    outgoing.destroy();
  };
  const fail = (failure: Failure) => {
    if (over) return;
    end();
    if (inbound.answering()) inbound.breakOff();
    else call.onFailure(failure);
  };
  const attempt = (retry: 'may_retry' | 'last'): ClientRequest => {
    const made = open(call);
    made.setTimeout(upstream.timeoutMs, () => {
      timedOut = true;
      fail('upstream_timeout');
    });
    made.on('error', (error: NodeJS.ErrnoException) => {
      if (over) return;
      if (retry === 'may_retry' && wasStale(made, error) && !inbound.answering()) {
        outgoing = attempt('last');
        outgoing.end();
        return;
      }
      fail(timedOut ? 'upstream_timeout' : 'upstream_unavailable');
    });
    made.on('response', (incoming) => {
      if (over) incoming.destroy();
      else answer(call, incoming, fail);
    });
    return made;
  };

  outgoing = attempt(isRepeatable(inbound) ? 'may_retry' : 'last');
  if (inbound.body === 'none') outgoing.end();
  else inbound.request.pipe(outgoing);
  onceOver(inbound, (how) => {
    if (how === 'broken') end();
    over = true;
  });
  return end;
}

/** `broken`: the client went away in the middle of its request or of our answer; the upstream need not go on. */
function onceOver(inbound: Inbound, then: (how: 'broken' | 'finished') => void): void {
  let finished = false;
  inbound.request.once('error', () => then('broken'));
  inbound.response.once('finish', () => {
    finished = true;
  });
  inbound.response.once('close', () => then(finished ? 'finished' : 'broken'));
}

/** The upstream closed an idle connection just as it was chosen: nothing was processed. */
function wasStale(outgoing: ClientRequest, error: NodeJS.ErrnoException): boolean {
  return outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function isRepeatable(inbound: Inbound): boolean {
  return inbound.body === 'none' && SAFE_TO_REPEAT.has(inbound.method);
}

/** @see RFC 9110, 9.2.2 */
const SAFE_TO_REPEAT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

function open(call: Call): ClientRequest {
  const { url, agent, at } = call.upstream;
  const { body, method } = call.inbound;
  // A flat list keeps repeated names and their order.
  const headers: string[] = ['Host', at.host];
  for (const { name, value } of call.headers) headers.push(name, value);
  if (body === 'chunked') headers.push('Transfer-Encoding', 'chunked');
  if (body === 'none' && !METHODS_WITHOUT_BODY.has(method)) {
    if (!call.headers.some(({ name }) => name.toLowerCase() === 'content-length')) {
      headers.push('Content-Length', '0');
    }
  }
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return send({
    agent,
    hostname: at.hostname,
    port: at.port,
    method,
    path: `${at.basePath}${call.path}`,
    headers,
  });
}

const METHODS_WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

function answer(call: Call, incoming: IncomingMessage, fail: (failure: Failure) => void): void {
  const { inbound, requestId, upstream } = call;
  call.onAnswer(incoming.statusCode ?? 502);
  const secretHeader = upstream.secret?.name.toLowerCase() ?? '';
  const lines = returnedHeaders(headerLines(incoming.rawHeaders), { secretHeader });
  lines.push({ name: 'X-Request-Id', value: requestId });
  try {
    inbound.head(incoming.statusCode ?? 502, incoming.statusMessage ?? null, lines);
  } catch {
    // A status or a header that HTTP does not allow: the parser is more lenient than what may be sent.
    incoming.destroy();
    fail('upstream_unavailable');
    return;
  }
  // An answer that breaks off must look broken to the client, never complete.
  incoming.once('error', () => fail('upstream_unavailable'));
  incoming.once('aborted', () => fail('upstream_unavailable'));
  incoming.pipe(inbound.response);
}

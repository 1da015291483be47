/**
 * Passes an allowed request on and its answer back, as streams: neither side can make the edge hold a body in
 * memory. Trailers are not passed on in either direction: they arrive after the decision on headers was made.
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type HeaderLine, headerLines, returnedHeaders } from '@/lib/edge/headers';

export type Upstream = {
  url: URL;
  secret: HeaderLine | null;
  /** Without a byte from the upstream for so long, the call ends. */
  timeoutMs: number;
  agent: HttpAgent | HttpsAgent;
};

export type Failure = 'upstream_unavailable' | 'upstream_timeout';

/** Connections to the upstream are kept: setting one up costs more than forwarding a small call. */
export function upstreamAgent(url: URL): HttpAgent | HttpsAgent {
  const options = { keepAlive: true, maxFreeSockets: 256, scheduling: 'lifo' as const };
  return url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
}

/**
 * @param input.headers all that the upstream may see of the client's, and what the edge writes; framing is added here
 * @param input.onFailure called at most once, and only while no byte of an answer has been sent
 * @returns a function that ends the exchange at once
 */
export function forward(input: {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  path: string;
  headers: readonly HeaderLine[];
  upstream: Upstream;
  onFailure(failure: Failure): void;
}): () => void {
  const { request, response, upstream } = input;
  const hasBody = bodyOf(request) !== 'none';
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
    if (response.headersSent) response.destroy();
    else input.onFailure(failure);
  };
  const attempt = (retry: 'may_retry' | 'last'): ClientRequest => {
    const made = open(input);
    made.setTimeout(upstream.timeoutMs, () => {
      timedOut = true;
      fail('upstream_timeout');
    });
    made.on('error', (error: NodeJS.ErrnoException) => {
      if (over) return;
      // The upstream closed an idle connection just as it was chosen: nothing was processed.
      const stale = made.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      if (retry === 'may_retry' && stale && !response.headersSent) {
        outgoing = attempt('last');
        outgoing.end();
        return;
      }
      fail(timedOut ? 'upstream_timeout' : 'upstream_unavailable');
    });
    made.on('response', (incoming) => answer(input, incoming, fail));
    return made;
  };

  outgoing = attempt(!hasBody && SAFE_TO_REPEAT.has(request.method ?? '') ? 'may_retry' : 'last');
  if (hasBody) request.pipe(outgoing);
  else outgoing.end();
  // The client went away, in the middle of its request or of our answer: the upstream need not go on.
  request.once('error', end);
  response.once('close', () => {
    if (!response.writableFinished) end();
    over = true;
  });
  return end;
}

/** @see RFC 9110, 9.2.2 */
const SAFE_TO_REPEAT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

function open(input: {
  request: IncomingMessage;
  path: string;
  headers: readonly HeaderLine[];
  upstream: Upstream;
}): ClientRequest {
  const { url, agent } = input.upstream;
  const headers: [string, string][] = [['Host', url.host]];
  for (const { name, value } of input.headers) headers.push([name, value]);
  const body = bodyOf(input.request);
  if (body === 'chunked') headers.push(['Transfer-Encoding', 'chunked']);
  if (body === 'none' && !METHODS_WITHOUT_BODY.has(input.request.method ?? '')) {
    if (!input.headers.some(({ name }) => name.toLowerCase() === 'content-length')) {
      headers.push(['Content-Length', '0']);
    }
  }
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return send({
    agent,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? undefined : Number(url.port),
    method: input.request.method,
    path: `${url.pathname.replace(/\/$/, '')}${input.path}`,
    // A list keeps repeated names and their order.
    headers: headers.flat(),
  });
}

const METHODS_WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

/** How the request says its body is framed; the parser has refused whatever is ambiguous. @see RFC 9112, 6.3 */
function bodyOf(request: IncomingMessage): 'chunked' | 'sized' | 'none' {
  if (request.headers['transfer-encoding'] !== undefined) return 'chunked';
  const length = request.headers['content-length'];
  return length === undefined || length === '0' ? 'none' : 'sized';
}

function answer(
  input: { response: ServerResponse; requestId: string; upstream: Upstream },
  incoming: IncomingMessage,
  fail: (failure: Failure) => void,
): void {
  const { response, requestId, upstream } = input;
  if (response.destroyed || response.headersSent) {
    incoming.destroy();
    return;
  }
  const secretHeader = upstream.secret?.name.toLowerCase() ?? '';
  const lines = returnedHeaders(headerLines(incoming.rawHeaders), { secretHeader });
  const headers = lines.flatMap(({ name, value }) => [name, value]);
  headers.push('X-Request-Id', requestId);
  try {
    response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, headers);
  } catch {
    // A status or a header that HTTP does not allow: the parser is more lenient than what may be sent.
    incoming.destroy();
    fail('upstream_unavailable');
    return;
  }
  // An answer that breaks off must look broken to the client, never complete.
  incoming.once('error', () => fail('upstream_unavailable'));
  incoming.once('aborted', () => fail('upstream_unavailable'));
  incoming.pipe(response);
}

/** One request as a span: what it was for, never what was in it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { OPERATIONS, type Operation } from '@/lib/contract/operations';
import { REQUEST_ID_HEADER } from '@/lib/platform/request-facts';
import { type OpenSpan, type Traces, tracing } from '@/lib/telemetry/span';
import { isStream, operationOf } from './observe';

const SERVER_FAULT = 500;
/** Supervisors, load balancers and browsers ask for these all day, and nobody asks how long that took. */
const UNTOLD = new Set(['health', 'asset']);

/**
 * Answers within a span that lasts until the answer ends. A `traceparent` in the request begins nothing: anybody may write
 * one, and would decide what is sampled and where it is shown.
 * @param answer the work, or nothing when it goes on by itself; its failures are its own
 */
export function traceRequest(
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => Promise<void> | undefined,
): void {
  const traces = tracing();
  const span = traces === null ? null : beginning(traces, request);
  if (span === null) {
    void answer();
    return;
  }
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  const answered = span.run(answer);
  const route = routeOf(request);
  void Promise.allSettled([closed, answered]).then(() => end(span, response, route));
}

/** @returns null for what makes none */
function beginning(traces: Traces, request: IncomingMessage): OpenSpan | null {
  const { method = 'GET', url = '/' } = request;
  const operation = operationOf(method, url);
  if (UNTOLD.has(operation) || isStream(request)) return null;
  const attributes = { 'http.request.method': method, 'countersign.operation': operation };
  return traces.begin({ name: `${method} ${operation}`, kind: 'server', attributes });
}

function end(span: OpenSpan, response: ServerResponse, route: string | null): void {
  const { statusCode } = response;
  const requestId = response.getHeader(REQUEST_ID_HEADER);
  span.note({
    'http.response.status_code': statusCode,
    ...(typeof requestId === 'string' ? { 'countersign.request_id': requestId } : {}),
    // Next writes its own notation of the same route.
    ...(route === null ? {} : { 'http.route': route }),
  });
  if (!response.writableFinished) span.end(new BrokenOff());
  else if (statusCode >= SERVER_FAULT) span.end(new ServerFault());
  else span.end();
}

class BrokenOff extends Error {}
class ServerFault extends Error {}

const REST_ROUTES = new Map(Object.values<Operation>(OPERATIONS).map(({ id, path }) => [id, path]));
const FIXED =
  /^\/(api\/edge\/v1\/(enrolment|acknowledgements|reports)|pki\/bundle\.pem)$|^\/api\/auth\/(csrf|signin|callback|signout|session|providers)\b/;
const PKI = /^\/pki\/[^/]+\/(ca\.crl|ca\.crt|ca\.pem|ocsp)(\/|$)/;

/** @returns a pattern, from a list of ours; null where Next alone knows one */
export function routeOf({
  method = 'GET',
  url = '/',
}: Pick<IncomingMessage, 'method' | 'url'>): string | null {
  const [path = '/'] = url.split('?');
  const rest = REST_ROUTES.get(operationOf(method, url));
  if (rest !== undefined) return rest;
  const [fixed] = FIXED.exec(path) ?? [];
  if (fixed !== undefined) return fixed;
  const [, what] = PKI.exec(path) ?? [];
  return what === undefined ? null : `/pki/{ca}/${what}`;
}

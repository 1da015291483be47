/** A request and its answer as the rest of the gateway sees them, whichever version of HTTP carries them. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { Readable, Writable } from 'node:stream';
import { type HeaderLine, headerLines } from '@/lib/edge/headers';

export type Inbound = {
  request: Readable;
  response: Writable;
  version: '1.0' | '1.1' | '2';
  method: string;
  /** The request target as sent. */
  target: string;
  /** Header lines as sent, without the pseudo-headers of HTTP/2. */
  lines: HeaderLine[];
  /** Every Host and `:authority`, as sent. */
  hosts: string[];
  header(name: 'upgrade' | 'user-agent' | 'transfer-encoding'): string | null;
  body: 'none' | 'sized' | 'chunked';
  received(): boolean;
  answering(): boolean;
  continue(): void;
  /** The head of the answer. @throws on a status or header that HTTP does not allow */
  head(status: number, phrase: string | null, lines: readonly HeaderLine[]): void;
  /** Ends an answer so that the client sees it is not whole. */
  breakOff(): void;
};

/** @see RFC 9112 */
export function inboundHttp1(request: IncomingMessage, response: ServerResponse): Inbound {
  const lines = headerLines(request.rawHeaders);
  const length = request.headers['content-length'];
  const chunked = request.headers['transfer-encoding'] !== undefined;
  return {
    request,
    response,
    version: request.httpVersion === '1.0' ? '1.0' : '1.1',
    method: request.method ?? '',
    target: request.url ?? '',
    lines,
    hosts: valuesOf(lines, 'host'),
    header: (name) => request.headers[name] ?? null,
    body: chunked ? 'chunked' : length === undefined || length === '0' ? 'none' : 'sized',
    received: () => request.complete,
    answering: () => response.headersSent,
    continue: () => response.writeContinue(),
    head(status, phrase, answered) {
      // Given explicitly: an attempt with the upstream's phrase may have left its own behind.
      const said = phrase ?? STATUS_CODES[status] ?? '';
      response.writeHead(
        status,
        said,
        answered.flatMap(({ name, value }) => [name, value]),
      );
    },
    breakOff: () => void response.destroy(),
  };
}

/** @see RFC 9113, 8.3 */
export function inboundHttp2(request: Http2ServerRequest, response: Http2ServerResponse): Inbound {
  const all = headerLines(request.rawHeaders);
  const lines = joinCookies(all.filter(({ name }) => !name.startsWith(':')));
  const sized = valuesOf(lines, 'content-length').length > 0;
  return {
    request,
    response,
    version: '2',
    method: request.method,
    target: request.url ?? '',
    lines,
    hosts: [...valuesOf(all, ':authority'), ...valuesOf(lines, 'host')],
    header: (name) => request.headers[name] ?? null,
    body: request.stream.endAfterHeaders ? 'none' : sized ? 'sized' : 'chunked',
    received: () => request.complete,
    answering: () => response.headersSent,
    continue: () => void response.writeContinue(),
    head(status, _phrase, answered) {
      const headers: Record<string, string | string[]> = {};
      for (const { name, value } of answered) {
        const lower = name.toLowerCase();
        const before = headers[lower];
        headers[lower] = before === undefined ? value : [before, value].flat();
      }
      response.writeHead(status, headers);
    },
    breakOff: () => request.stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  };
}

/** RFC 9113, 8.2.3: cookies may come as several lines; HTTP/1.1 knows one. */
function joinCookies(lines: HeaderLine[]): HeaderLine[] {
  const cookies = valuesOf(lines, 'cookie');
  if (cookies.length < 2) return lines;
  const others = lines.filter(({ name }) => name.toLowerCase() !== 'cookie');
  return [...others, { name: 'cookie', value: cookies.join('; ') }];
}

function valuesOf(lines: readonly HeaderLine[], wanted: string): string[] {
  return lines.filter(({ name }) => name.toLowerCase() === wanted).map(({ value }) => value);
}

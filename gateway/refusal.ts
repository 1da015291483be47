import { STATUS_CODES } from 'node:http';
import type { Inbound } from '@/gateway/inbound';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';

/** A refusal as it goes on the wire: the code, one line and the request id, and nothing that helps an attacker. */
export function problemOf(
  code: RefusalCode,
  requestId: string,
): { status: number; headers: Record<string, string>; body: string } {
  const { status, title } = REFUSALS[code];
  const type = `urn:countersign:error:${code}`;
  const body = JSON.stringify({ type, title, status, code, requestId });
  const headers: Record<string, string> = {
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
  };
  if (status === 401) headers['WWW-Authenticate'] = 'Basic realm="api", charset="UTF-8"';
  return { status, headers, body };
}

/** Answers a request that has no answer yet. */
export function sendProblem(
  inbound: Inbound,
  code: RefusalCode,
  requestId: string,
  connection: 'keep-alive' | 'close',
): void {
  if (inbound.response.destroyed) return;
  const { status, headers, body } = problemOf(code, requestId);
  const lines = Object.entries(headers).map(([name, value]) => ({ name, value }));
  // RFC 9113, 8.2.2: HTTP/2 has no Connection header.
  if (connection === 'close' && inbound.version !== '2') {
    lines.push({ name: 'Connection', value: 'close' });
  }
  inbound.head(status, null, lines);
  inbound.response.end(inbound.method === 'HEAD' ? undefined : body);
}

/** The same for a socket on which there is no request to answer: the parser gave up, or a tunnel was asked for. */
export function rawProblem(code: RefusalCode, requestId: string): string {
  const { status, headers, body } = problemOf(code, requestId);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([n, v]) => `${n}: ${v}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n');
}

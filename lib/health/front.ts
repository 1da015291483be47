/**
 * `/readyz` and `/metrics`, in front of Next, so that they answer also where pages do not. Metrics are for whoever has the
 * token; without one they are not there, and look like any other address that is not.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { log } from '@/lib/platform/log';
import type { MetricsAccess } from '@/lib/platform/metrics-env';
import { equalBytes, sha256 } from '@/lib/platform/random';
import { metricsText } from './collect';
import { readiness } from './readiness';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const PLAIN = 'text/plain; charset=utf-8';

export type HealthFront = {
  /** @returns whether the request was taken */
  take(request: IncomingMessage, response: ServerResponse): boolean;
};

export function healthFront({ token }: Pick<MetricsAccess, 'token'>): HealthFront {
  return {
    take(request, response) {
      const path = pathOf(request);
      if (path === '/readyz') {
        answer(response, () => sayReadiness(response));
        return true;
      }
      if (path !== '/metrics' || token === null) return false;
      if (isGiven(token, request.headers.authorization)) {
        answer(response, () => sayMetrics(response));
      } else {
        const words = 'Send METRICS_TOKEN: "Authorization: Bearer ...".\n';
        say(response, { status: 401, media: PLAIN, body: words, 'WWW-Authenticate': 'Bearer' });
      }
      return true;
    },
  };
}

/** The same for whoever is on this machine, on a port of its own; null without METRICS_PORT. */
export async function listenForMetrics({
  port,
}: Pick<MetricsAccess, 'port'>): Promise<Server | null> {
  if (port === null) return null;
  const server = createServer((request, response) => {
    const path = pathOf(request);
    if (path === '/metrics') answer(response, () => sayMetrics(response));
    else if (path === '/readyz') answer(response, () => sayReadiness(response));
    else say(response, { status: 404, media: PLAIN, body: 'There is /metrics and /readyz.\n' });
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', done);
  });
  return server;
}

async function sayReadiness(response: ServerResponse): Promise<void> {
  const found = await readiness();
  const status = found.status === 'unready' ? 503 : 200;
  say(response, { status, media: 'application/json', body: `${JSON.stringify(found)}\n` });
}

async function sayMetrics(response: ServerResponse): Promise<void> {
  say(response, { status: 200, media: TEXT, body: await metricsText() });
}

function answer(response: ServerResponse, work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    log().error({ err: error }, 'health could not be told');
    if (!response.headersSent) say(response, { status: 500, media: PLAIN, body: 'See the log.\n' });
  });
}

type Said = { status: number; media: string; body: string; 'WWW-Authenticate'?: string };

function say(response: ServerResponse, { status, media, body, ...headers }: Said): void {
  response.writeHead(status, {
    ...headers,
    'Content-Type': media,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0] ?? '/';
}

/** Digests have one length, so comparing them tells nothing of the token. */
function isGiven(token: string, header: string | undefined): boolean {
  return equalBytes(sha256(`Bearer ${token}`), sha256(header ?? ''));
}

import type { ServerResponse } from 'node:http';

/** A fault of the request, for whoever looks at it. */
export function say(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(`${words}\n`);
}

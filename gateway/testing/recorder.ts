/** An API that answers with what it was sent, for tests of what crosses an edge. */
import { createServer } from 'node:http';
import { type HeaderLine, headerLines } from '@/lib/edge/headers';

export type Recorder = {
  url: string;
  hits(): number;
  stop(): Promise<void>;
};

/** Every request is answered 200 with its header lines as JSON. */
export async function recorder(): Promise<Recorder> {
  let hits = 0;
  const server = createServer((request, response) => {
    hits += 1;
    request.resume();
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(headerLines(request.rawHeaders)));
  });
  server.keepAliveTimeout = 0;
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(address === null || typeof address === 'string' ? 0 : address.port);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    hits: () => hits,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The values of a header in what a recorder answered. */
export function recorded(body: string, name: string): string[] {
  const lines: HeaderLine[] = JSON.parse(body);
  return lines.filter((line) => line.name.toLowerCase() === name).map(({ value }) => value);
}

/** The portal's owner-only Unix socket: one JSON request a connection, one JSON answer. */
import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { makeSocketFolder, socketPlace } from './socket-place';

const MAX_REQUEST_BYTES = 65_536;

export const operatorSocketPath = (dataDir: string): string =>
  socketPlace(dataDir, 'operator.sock');

export async function serveOperatorSocket(
  dataDir: string,
  answer: (request: unknown) => Promise<unknown>,
): Promise<Server> {
  const path = operatorSocketPath(dataDir);
  makeSocketFolder(path, dataDir);
  // The owner of the data directory's lock is the only one who may be here, so what lies there is a leftover.
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let received = '';
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (received.length > MAX_REQUEST_BYTES) socket.destroy();
    });
    socket.on('end', async () => {
      try {
        socket.end(JSON.stringify(await answer(JSON.parse(received))));
      } catch (error) {
        socket.end(JSON.stringify({ error: error instanceof Error ? error.message : 'failed' }));
      }
    });
  });
  // The mode must be right from the first moment, so it comes from the umask and not from a chmod afterwards.
  const before = process.umask(0o177);
  try {
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(path, done);
    });
  } finally {
    process.umask(before);
  }
  return server;
}

/** Asks the running portal. @returns null when none listens */
export async function askOperatorSocket(dataDir: string, request: unknown): Promise<unknown> {
  const socket = createConnection({ path: operatorSocketPath(dataDir), allowHalfOpen: true });
  const connected = await new Promise<boolean>((done) => {
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
  if (!connected) return null;
  socket.end(JSON.stringify(request));
  return JSON.parse(await text(socket));
}

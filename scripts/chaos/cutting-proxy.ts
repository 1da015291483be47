/** Stands between portal and database, and, when told, takes the answer to a COMMIT away and cuts the connection. */
import { createConnection, createServer, type Socket } from 'node:net';

export type CuttingProxy = {
  readonly port: number;
  /** The answer to the next COMMIT is lost. Resolves when it was. */
  cutNext(): Promise<void>;
  stop(): Promise<void>;
};

/** The tag of CommandComplete. */
const COMMITTED = Buffer.from('COMMIT\0');

export async function cuttingProxy(databasePort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let waiting: (() => void)[] = [];

  function pass(client: Socket): void {
    const server = createConnection({ host: '127.0.0.1', port: databasePort });
    const both = [client, server];
    for (const socket of both) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        for (const other of both) other.destroy();
      });
    }
    client.on('data', (chunk) => server.write(chunk));
    server.on('data', (chunk: Buffer) => {
      const cut = waiting.length > 0 && chunk.includes(COMMITTED) ? waiting.shift() : undefined;
      if (!cut) {
        client.write(chunk);
        return;
      }
      for (const socket of both) socket.destroy();
      cut();
    });
  }

  const proxy = createServer(pass);
  await new Promise<void>((done) => proxy.listen({ host: '127.0.0.1', port: 0 }, done));
  const address = proxy.address();
  if (address === null || typeof address !== 'object') throw new Error('the proxy has no port');
  return {
    port: address.port,
    cutNext: () => new Promise<void>((done) => waiting.push(done)),
    async stop() {
      waiting = [];
      const closed = new Promise((done) => proxy.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

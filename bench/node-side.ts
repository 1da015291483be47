/** The embedded gateway, or the least a Node proxy can do, in a process that does nothing else. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { localServerIdentity } from '@/gateway/server-identity';
import { entryOf, testLeaf } from '@/gateway/testing/leaves';
import { setting, until } from '@/gateway/testing/setting';

const toldSchema = z.object({
  port: z.number(),
  certFile: z.string(),
  keyFile: z.string(),
  cert: z.string(),
  key: z.string(),
});
type Told = z.infer<typeof toldSchema>;
type Side = 'gateway' | 'bare';

/** Starts one of them in front of the API. @returns where it is, and a client certificate that it takes */
export async function nodeSide(
  side: Side,
  apiPort: number,
): Promise<Told & { stop(): Promise<void> }> {
  const child = fork(import.meta.filename, [side, String(apiPort)], {
    execArgv: ['--import', 'tsx'],
  });
  const ended = once(child, 'exit');
  const [message] = await Promise.race([once(child, 'message'), ended.then(() => [null])]);
  return {
    ...toldSchema.parse(message),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

if (process.send) {
  const [side, apiPort] = process.argv.slice(2);
  process.send(await opened(side === 'gateway' ? 'gateway' : 'bare', Number(apiPort)));
}

async function opened(side: Side, apiPort: number): Promise<Told> {
  const edge = await setting({ EDGE_UPSTREAM: `http://127.0.0.1:${apiPort}` });
  const { cert, key, ...leaf } = testLeaf(edge.folder, 'bench');
  edge.portal.change({ kind: 'certificate', entry: entryOf({ cert, key, ...leaf }) });
  await until(() => edge.gateway.state()?.number === edge.portal.number(), 60_000);
  const certFile = join(edge.folder, 'client.pem');
  const keyFile = join(edge.folder, 'client.key');
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  const port =
    side === 'gateway'
      ? edge.gateway.ports.production.mtls
      : await bareProxy(edge.config.stateDir, apiPort);
  return { port, certFile, keyFile, cert, key };
}

/** TLS with a client certificate, headers as they are, both bodies piped. */
async function bareProxy(stateDir: string, apiPort: number): Promise<number> {
  const identity = await localServerIdentity({ stateDir, hostnames: [], nowMs: Date.now() });
  const agent = new HttpAgent({ keepAlive: true, scheduling: 'lifo' });
  const tls = { cert: identity.certPem, key: identity.keyPem };
  const server = createHttpsServer(
    { ...tls, requestCert: true, rejectUnauthorized: false, ca: [] },
    (request, response) => {
      const { method, url, headers } = request;
      const target = { port: apiPort, host: '127.0.0.1', method, path: url, headers, agent };
      const outgoing = httpRequest(target, (incoming) => {
        response.writeHead(incoming.statusCode ?? 502, incoming.headers);
        incoming.pipe(response);
      });
      outgoing.on('error', () => response.destroy());
      request.pipe(outgoing);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

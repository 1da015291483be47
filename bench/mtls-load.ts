/** Load over mTLS that costs little itself: kept connections written to byte for byte, and handshakes by `openssl s_time`. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';

export const IN_FLIGHT = 32;
const HANDSHAKERS = 4;

export type Target = {
  port: number;
  /** PEM files of the client. */
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
  authorization: string;
  seconds: number;
};

/** Requests a second on kept connections, each answered 200. @throws Error when one was not */
export async function requestsPerSecond(target: Target): Promise<number> {
  const child = fork(import.meta.filename, { execArgv: ['--import', 'tsx'] });
  const ended = once(child, 'exit');
  child.send(target);
  const [message] = await Promise.race([once(child, 'message'), ended.then(() => [null])]);
  if (!(Number(message) > 0)) throw new Error(`port ${target.port}: ${String(message)}`);
  await ended;
  return Number(message);
}

/** Full handshakes a second, each with the client's certificate and nothing after it. */
export async function handshakesPerSecond(target: Target): Promise<number> {
  const { port, certFile, keyFile, seconds } = target;
  const args = ['s_time', '-connect', `127.0.0.1:${port}`, '-new', '-time', String(seconds)];
  const credentials = ['-cert', certFile, '-key', keyFile];
  const started = performance.now();
  const counts = Array.from({ length: HANDSHAKERS }, async () => {
    const child = spawn('openssl', [...args, ...credentials], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk;
      });
    }
    await once(child, 'close');
    const count = Number(/(\d+) connections in \d+ real seconds/.exec(said)?.[1]);
    if (!(count > 0)) throw new Error(`port ${port}: ${said.slice(-400)}`);
    return count;
  });
  const total = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  return (total * 1000) / (performance.now() - started);
}

if (process.send) {
  process.once('message', (target: Target) => {
    load(target).then(
      (rate) => process.send?.(rate, () => process.exit(0)),
      (error: unknown) => process.send?.(String(error), () => process.exit(1)),
    );
  });
}

async function load(target: Target): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: IN_FLIGHT }, () => opened(target)));
  let answered = 0;
  let running = true;
  const started = performance.now();
  const loops = sockets.map(async (first) => {
    let socket = first;
    while (running) {
      const isKept = await exchange(socket, target);
      answered += 1;
      // nginx ends a connection after a thousand requests.
      if (!isKept) socket = await opened(target);
    }
    socket.destroy();
  });
  await Promise.race([pause(target.seconds * 1000), Promise.all(loops)]);
  running = false;
  const rate = (answered * 1000) / (performance.now() - started);
  await Promise.all(loops);
  return rate;
}

async function opened({ port, cert, key }: Target): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, cert, key, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

/** @returns whether the connection is kept @throws Error for an answer that is not 200, or has no length */
function exchange(socket: TLSSocket, { authorization }: Target): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let received = '';
    const done = (error: Error | null) => {
      socket.off('data', take).off('close', over);
      if (error) reject(error);
      else resolve(!/^connection: close/im.test(received));
    };
    const over = () => done(new Error('the connection was closed'));
    const take = (chunk: Buffer) => {
      received += chunk.toString('latin1');
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(received.slice(0, end))?.[1]);
      if (!received.startsWith('HTTP/1.1 200') || Number.isNaN(length)) {
        done(new Error(received.slice(0, 200)));
      } else if (received.length >= end + 4 + length) done(null);
    };
    socket.on('data', take).once('close', over);
    socket.write(
      `GET /v1/check HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n\r\n`,
    );
  });
}

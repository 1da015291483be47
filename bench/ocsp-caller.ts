/** Callers of an OCSP responder, cheap enough not to be what is measured. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export const IN_FLIGHT = 16;

/** `nonceAt`: where 16 octets are that are new for each request; null where all requests are the same. */
export type OcspRequestBytes = { der: Buffer; nonceAt: number | null };

export type Caller = { ask(): Promise<void>; end(): void };

/** One who sends a request after the other, over one connection as long as the other side keeps it. */
export function caller(port: number, path: string, { der, nonceAt }: OcspRequestBytes): Caller {
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/ocsp-request\r\nContent-Length: ${der.length}\r\n\r\n`;
  let socket: Socket | null = null;
  return {
    ask() {
      const body = Buffer.from(der);
      if (nonceAt !== null) randomBytes(16).copy(body, nonceAt);
      const message = Buffer.concat([Buffer.from(head), body]);
      return new Promise((resolve, reject) => {
        const used = socket ?? connect({ host: '127.0.0.1', port });
        socket = used;
        let received = Buffer.alloc(0);
        const done = (isOver: 'over' | 'kept') => {
          used.removeAllListeners();
          if (isOver === 'over') {
            socket = null;
            used.destroy();
          }
          const isAnswer =
            / 200 /.test(received.toString('latin1', 0, 20)) && received.length > 500;
          if (isAnswer) resolve();
          else reject(new Error(`port ${port}: ${received.toString('latin1', 0, 60)}`));
        };
        used.on('data', (chunk) => {
          received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
          if (isWhole(received)) done('kept');
        });
        used.once('error', reject);
        used.once('close', () => done('over'));
        used.write(message);
      });
    },
    end: () => socket?.destroy(),
  };
}

/** An answer that says it is HTTP/1.0 ends with its connection. */
function isWhole(received: Buffer): boolean {
  const text = received.toString('latin1', 0, 1_000);
  const length = /Content-Length: (\d+)/i.exec(text)?.[1];
  const start = text.indexOf('\r\n\r\n') + 4;
  return text.startsWith('HTTP/1.1') && start > 4 && received.length >= start + Number(length);
}

export async function inFlight(count: number, newCaller: () => Caller): Promise<void> {
  let started = 0;
  const work = async () => {
    const { ask, end } = newCaller();
    while (started < count) {
      started += 1;
      await ask();
    }
    end();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
}

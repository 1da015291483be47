/** Callers of an edge over mTLS: with a connection for each call, a kept one, and HTTP/2. */
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { Agent, request } from 'node:https';

export const KINDS = ['new', 'kept', 'http2'] as const;
export type Kind = (typeof KINDS)[number];

export type Caller = {
  readonly kind: Kind;
  /** One call; what is refused or cut is no error. */
  call(): Promise<void>;
  everPassed(): boolean;
  /** When the last call that passed was sent. */
  lastPassedAt(): number;
  /** When the connection on which calls had passed was closed; infinite while it is open. */
  closedAt(): number;
  end(): void;
};

type Target = { kind: Kind; port: number; cert: string; key: string; authorization: string };

export function callerOf(target: Target): Caller {
  let lastPassedAt = Number.NaN;
  let closedAt = Number.POSITIVE_INFINITY;
  const note = {
    passed: (sentAt: number) => {
      lastPassedAt = sentAt;
    },
    closed: () => {
      if (!Number.isNaN(lastPassedAt)) closedAt = Math.min(closedAt, performance.now());
    },
  };
  const { send, end } = target.kind === 'http2' ? http2Sender(target, note) : sender(target, note);
  return {
    kind: target.kind,
    async call() {
      const sentAt = performance.now();
      if ((await send()) === 200) note.passed(sentAt);
    },
    everPassed: () => !Number.isNaN(lastPassedAt),
    lastPassedAt: () => lastPassedAt,
    closedAt: () => closedAt,
    end,
  };
}

type Note = { closed(): void };
type Sender = { send(): Promise<number>; end(): void };

function sender({ kind, port, cert, key, authorization }: Target, note: Note): Sender {
  const agent = new Agent({
    ...{ cert, key, rejectUnauthorized: false, servername: 'localhost' },
    ...{ keepAlive: kind === 'kept', maxSockets: 1, maxCachedSessions: 0 },
  });
  const watched = new WeakSet<object>();
  return {
    send: () =>
      new Promise((resolve) => {
        const asked = request(
          { agent, host: '127.0.0.1', port, headers: { authorization, host: 'localhost' } },
          (response) => {
            response.resume();
            response.once('end', () => resolve(response.statusCode ?? 0));
            response.once('error', () => resolve(0));
          },
        );
        asked.once('socket', (socket) => {
          if (watched.has(socket)) return;
          watched.add(socket);
          socket.once('close', note.closed);
        });
        asked.once('error', () => resolve(0));
        asked.end();
      }),
    end: () => agent.destroy(),
  };
}

function http2Sender({ port, cert, key, authorization }: Target, note: Note): Sender {
  let session: ClientHttp2Session | null = null;
  const opened = () => {
    const made = connectHttp2(`https://127.0.0.1:${port}`, {
      ...{ cert, key, rejectUnauthorized: false, servername: 'localhost' },
    });
    made.on('error', () => undefined);
    made.once('close', () => {
      note.closed();
      if (session === made) session = null;
    });
    return made;
  };
  return {
    send: () =>
      new Promise((resolve) => {
        session ??= opened();
        const stream = session.request({ ':path': '/', ':authority': 'localhost', authorization });
        let status = 0;
        stream.once('response', (headers) => {
          status = headers[':status'] ?? 0;
        });
        stream.on('error', () => undefined);
        stream.once('close', () => resolve(status));
        stream.resume();
        stream.end();
      }),
    end: () => session?.destroy(),
  };
}

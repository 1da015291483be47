/**
 * HTTP/1.1 as far as proxies speak it with an authorizer: heads without bodies, answered one after another on kept
 * connections. node:http takes three times as long as the decision itself. Who asks is a proxy that we trust with
 * more, so what is not plain ends the connection, and a call that gets no answer does not pass.
 * @see RFC 9112
 */
import { STATUS_CODES } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { HeaderLine } from '@/lib/edge/headers';
import { SECOND_MS } from '@/lib/kernel/time';

export type Head = {
  method: string;
  target: string;
  /** Names in lower case, values as sent. */
  lines: HeaderLine[];
};

export type Reply = { status: number; lines: readonly HeaderLine[]; body: string };

export type HeadServer = {
  server: Server;
  /** Listens no more, and ends every connection. */
  close(): void;
};

/** A proxy's limits are its own; these hold a certificate of 40 KB and the largest headers a proxy lets through. */
const MAX_HEAD_CHARACTERS = 131_072;
const HEAD_WITHIN_MS = 10 * SECOND_MS;

/** @param onFault our own fault in an answer: its connection ends, the others go on */
export function headServer(
  answer: (head: Head) => Reply,
  onFault: (error: unknown) => void,
): HeadServer {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    const converse = conversation(answer);
    // The proxy ends idle connections: the other way round a call could meet a closing one.
    let waiting: NodeJS.Timeout | null = null;
    socket.on('data', (chunk: string) => {
      try {
        const { answered, state } = converse(chunk);
        if (waiting !== null) clearTimeout(waiting);
        waiting = state === 'inside' ? setTimeout(() => socket.destroy(), HEAD_WITHIN_MS) : null;
        if (state === 'over') socket.end(answered, 'latin1');
        else if (answered !== '') socket.write(answered, 'latin1');
      } catch (error) {
        onFault(error);
        socket.destroy();
      }
    });
    socket.on('close', () => waiting !== null && clearTimeout(waiting));
  });
  return {
    server,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** `inside`: a head has begun and not ended; `over`: nothing more is read. */
type Turn = { answered: string; state: 'between' | 'inside' | 'over' };

/** Takes any piece of what arrives on a connection, and gives what is to be sent. */
export function conversation(answer: (head: Head) => Reply): (chunk: string) => Turn {
  let held = '';
  return (chunk) => {
    held += chunk;
    let answered = '';
    for (;;) {
      const end = held.indexOf('\r\n\r\n');
      if (end < 0) break;
      const head = headOf(held.slice(0, end));
      held = held.slice(end + 4);
      if (head === null) return { answered, state: 'over' };
      answered += textOf(answer(head), head.method);
      if (firstValue(head, 'connection')?.toLowerCase() === 'close') {
        return { answered, state: 'over' };
      }
    }
    if (held.length > MAX_HEAD_CHARACTERS) return { answered, state: 'over' };
    return { answered, state: held === '' ? 'between' : 'inside' };
  };
}

/** The value of the first line of this name. @param name lower case */
export function firstValue(head: Head, name: string): string | null {
  return head.lines.find((line) => line.name === name)?.value ?? null;
}

const REQUEST_LINE = /^([A-Z]+) (\/[!-~]*) HTTP\/1\.1$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Controls but for the tab. */
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/;
/** The same, but for whole line ends too. */
const CONTROL_OR_HALF_A_LINE_END = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/;

function headOf(text: string): Head | null {
  const [first = '', ...rest] = text.split('\r\n');
  const request = REQUEST_LINE.exec(first);
  if (request === null || CONTROL_OR_HALF_A_LINE_END.test(text)) return null;
  const lines: HeaderLine[] = [];
  for (const line of rest) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    // A folded line begins with white space, so it has no name.
    if (colon < 1 || !TOKEN.test(name)) return null;
    lines.push({ name: name.toLowerCase(), value: line.slice(colon + 1).trim() });
  }
  const head = { method: request[1] ?? '', target: request[2] ?? '', lines };
  return hasBody(head) ? null : head;
}

/** A body would be taken for the next head. */
function hasBody({ lines }: Head): boolean {
  return lines.some(
    ({ name, value }) =>
      name === 'transfer-encoding' || (name === 'content-length' && value !== '0'),
  );
}

/** @throws Error on a value that would be a line of its own */
function textOf({ status, lines, body }: Reply, method: string): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (const { name, value } of lines) {
    if (CONTROL.test(value)) throw new Error(`a control character in ${name}`);
    text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n${method === 'HEAD' ? '' : body}`;
}

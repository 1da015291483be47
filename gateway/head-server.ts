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

/** The same bytes give the same object, so what is read from one can be kept with it. */
export type Head = {
  readonly method: string;
  readonly target: string;
  /** Names in lower case, values as sent. */
  readonly lines: readonly HeaderLine[];
};

/** `head`: whole lines, from `linesText`. */
export type Reply = { status: number; head: string; body: string };

/** @param requestId what the proxy calls the call; null when it does not say, or not as we do */
export type Answer = (head: Head, requestId: string | null) => Reply;

export type HeadServer = {
  server: Server;
  /** Listens no more, and ends every connection. */
  close(): void;
};

/** A proxy's limits are its own; these hold a certificate of 40 KB and the largest headers a proxy lets through. */
const MAX_HEAD_CHARACTERS = 131_072;
const HEAD_WITHIN_MS = 10 * SECOND_MS;

/** @param onFault our own fault in an answer: its connection ends, the others go on */
export function headServer(answer: Answer, onFault: (error: unknown) => void): HeadServer {
  const open = new Set<Socket>();
  const heads = rememberingHeads();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    const converse = conversation(answer, heads);
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
export function conversation(
  answer: Answer,
  heads: (text: string) => Head | null = rememberingHeads(),
): (chunk: string) => Turn {
  let held = '';
  return (chunk) => {
    held += chunk;
    let answered = '';
    for (;;) {
      const end = held.indexOf('\r\n\r\n');
      if (end < 0) break;
      const { text, requestId } = withoutRequestId(held.slice(0, end));
      const head = heads(text);
      held = held.slice(end + 4);
      if (head === null) return { answered, state: 'over' };
      answered += textOf(answer(head, requestId), head.method);
      if (firstValue(head, 'connection')?.toLowerCase() === 'close') {
        return { answered, state: 'over' };
      }
    }
    if (held.length > MAX_HEAD_CHARACTERS) return { answered, state: 'over' };
    return { answered, state: held === '' ? 'between' : 'inside' };
  };
}

/** Heads of one caller are often the same but for this line. */
function withoutRequestId(text: string): { text: string; requestId: string | null } {
  const start = text.indexOf(REQUEST_ID_LINE);
  const line =
    start < 0 ? null : text.slice(start + REQUEST_ID_LINE.length, start + REQUEST_ID_END);
  if (line === null || !REQUEST_ID.test(line)) return { text, requestId: null };
  return {
    text: text.slice(0, start) + text.slice(start + REQUEST_ID_END - '\r\n'.length),
    requestId: line.trimEnd(),
  };
}

const REQUEST_ID_LINE = '\r\nX-Request-Id: ';
const REQUEST_ID = /^req_[0-9a-f]{32}(\r\n)?$/;
const REQUEST_ID_END = REQUEST_ID_LINE.length + 'req_'.length + 32 + '\r\n'.length;

/** Enough for the callers of a busy edge, at most 16 MB; a client that never sends the same twice costs no more. */
const REMEMBERED = 2_000;
const MAX_REMEMBERED_CHARACTERS = 8_192;

function rememberingHeads(): (text: string) => Head | null {
  const remembered = new Map<string, Head>();
  return (text) => {
    const known = remembered.get(text);
    if (known !== undefined) return known;
    if (text.length > MAX_REMEMBERED_CHARACTERS) return headOf(text);
    // A part of a longer text keeps all of it in memory.
    const copy = Buffer.from(text, 'latin1').toString('latin1');
    const head = headOf(copy);
    if (head === null) return null;
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(copy, head);
    return head;
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

/** Lines of an answer. @throws Error on a value that would be a line of its own */
export function linesText(lines: readonly HeaderLine[]): string {
  let text = '';
  for (const { name, value } of lines) {
    if (CONTROL.test(value)) throw new Error(`a control character in ${name}`);
    text += `${name}: ${value}\r\n`;
  }
  return text;
}

function textOf({ status, head, body }: Reply, method: string): string {
  const shown = method === 'HEAD' ? '' : body;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n${shown}`;
}

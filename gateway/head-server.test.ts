import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  conversation,
  type Head,
  type HeadServer,
  headServer,
  linesText,
} from '@/gateway/head-server';

const empty = { status: 204, head: '', body: '' };
const GET = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';

function heard(...chunks: string[]) {
  const heads: Head[] = [];
  const converse = conversation((head) => {
    heads.push(head);
    return empty;
  });
  const turns = chunks.map(converse);
  return { heads, state: turns.at(-1)?.state, answered: turns.map((turn) => turn.answered) };
}

describe('heads', () => {
  it('RFC 9112, 2.2: reads target and lines, names in lower case, values without the space around', () => {
    const { heads, state } = heard(
      'GET /a/b HTTP/1.1\r\nHost:x\r\nX-One: \t1 \r\nx-one:2\r\nX-Empty:\r\n\r\n',
    );
    expect(state).toBe('between');
    expect(heads).toEqual([
      {
        method: 'GET',
        target: '/a/b',
        lines: [
          { name: 'host', value: 'x' },
          { name: 'x-one', value: '1' },
          { name: 'x-one', value: '2' },
          { name: 'x-empty', value: '' },
        ],
      },
    ]);
  });

  it('reads the same in whatever pieces it comes, several in a row too', () => {
    const bytes = `${GET}${GET.replace('/a', '/b')}`;
    const { heads, answered } = heard(...bytes);
    expect(heads.map(({ target }) => target)).toEqual(['/a', '/b']);
    expect(answered.join('')).toBe('HTTP/1.1 204 No Content\r\n\r\n'.repeat(2));
    expect(heard(bytes).heads).toEqual(heads);
  });

  it.each([
    ['another version', 'GET /a HTTP/1.0\r\n\r\n'],
    ['no version', 'GET /a\r\n\r\n'],
    ['a target that is no path', 'GET http://x/a HTTP/1.1\r\n\r\n'],
    ['a space in the target', 'GET /a b HTTP/1.1\r\n\r\n'],
    ['RFC 9112, 5.1: a space before the colon', 'GET /a HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['RFC 9112, 5.2: a folded line', 'GET /a HTTP/1.1\r\nA: b\r\n c\r\n\r\n'],
    ['a line without a name', 'GET /a HTTP/1.1\r\n: b\r\n\r\n'],
    ['a line without a colon', 'GET /a HTTP/1.1\r\nHost\r\n\r\n'],
    ['RFC 9112, 2.2: a bare CR', 'GET /a HTTP/1.1\r\nA: b\rC: d\r\n\r\n'],
    ['RFC 9112, 2.2: a bare LF', 'GET /a HTTP/1.1\r\nA: b\nC: d\r\n\r\n'],
    ['a zero byte', 'GET /a HTTP/1.1\r\nA: b\0\r\n\r\n'],
    ['a body', 'POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET /'],
    ['two lengths', 'GET /a HTTP/1.1\r\nContent-Length: 0, 0\r\n\r\n'],
    ['a chunked body', 'POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s ends the connection without an answer', (_title, bytes) => {
    const { heads, state, answered } = heard(bytes + GET);
    expect(heads).toEqual([]);
    expect([state, answered.join('')]).toEqual(['over', '']);
  });

  it('what the proxy calls a call is told apart from its head, which is the same object each time', () => {
    const seen: [Head, string | null][] = [];
    const converse = conversation((head, requestId) => {
      seen.push([head, requestId]);
      return empty;
    });
    const id = (digit: string) => `req_${digit.repeat(32)}`;
    const ask = (line: string) => converse(`GET /a HTTP/1.1\r\nHost: x${line}\r\n\r\n`);
    ask(`\r\nX-Request-Id: ${id('0')}`);
    ask(`\r\nX-Request-Id: ${id('1')}`);
    ask(`\r\nX-Request-Id: ${id('2')}\r\nA: b`);
    ask('');
    ask(`\r\nX-Request-Id: ${id('3')}4`);
    ask(`\r\nX-Request-Id: mine`);
    expect(seen.map(([, requestId]) => requestId)).toEqual([
      ...[id('0'), id('1'), id('2'), null, null, null],
    ]);
    const [zero, one, two, none, longer, mine] = seen.map(([head]) => head);
    expect(one).toBe(zero);
    expect(none).toBe(zero);
    expect(two?.lines.map(({ name }) => name)).toEqual(['host', 'a']);
    for (const head of [longer, mine]) {
      expect(head?.lines.map(({ name }) => name)).toEqual(['host', 'x-request-id']);
    }
  });

  it('a head without an end is not kept beyond its limit', () => {
    expect(heard(`GET /a HTTP/1.1\r\nA: ${'b'.repeat(1_000)}`).state).toBe('inside');
    expect(heard(`GET /a HTTP/1.1\r\nA: ${'b'.repeat(200_000)}`).state).toBe('over');
  });

  it('what has Connection: close is answered, and nothing after it', () => {
    const { heads, state } = heard(GET.replace('Host: x', 'Connection: close') + GET);
    expect([heads.length, state]).toEqual([1, 'over']);
  });

  it('an answer with a line end in a value is never sent', () => {
    const lines = [{ name: 'A', value: 'b\r\nSet-Cookie: c' }];
    expect(() => linesText(lines)).toThrow(/control character/);
  });

  it('HEAD is answered without a body', () => {
    const reply = { status: 403, head: 'Content-Length: 2\r\n', body: 'no' };
    const text = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n';
    expect(conversation(() => reply)(GET).answered).toBe(`${text}no`);
    expect(conversation(() => reply)(GET.replace('GET', 'HEAD')).answered).toBe(text);
  });
});

describe('connections', () => {
  let running: HeadServer | null = null;
  afterEach(() => running?.close());

  async function spoken(bytes: string, answer: () => typeof empty): Promise<string> {
    const faults: unknown[] = [];
    const made = headServer(answer, (error) => faults.push(error));
    running = made;
    const port = await new Promise<number>((resolve) => {
      made.server.listen(0, '127.0.0.1', () => {
        const address = made.server.address();
        resolve(address === null || typeof address === 'string' ? 0 : address.port);
      });
    });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(bytes);
    let seen = '';
    for await (const chunk of socket) seen += chunk;
    return faults.length > 0 ? `${seen}(fault)` : seen;
  }

  it('are ended by the server once nothing more is read', async () => {
    expect(await spoken(`${GET}nonsense\r\n\r\n`, () => empty)).toBe(
      'HTTP/1.1 204 No Content\r\n\r\n',
    );
  });

  it('a fault of ours ends the connection without an answer, and is told', async () => {
    const answer = () => {
      throw new Error('ours');
    };
    expect(await spoken(GET, answer).catch(() => 'reset')).toMatch(/^(reset|\(fault\))$/);
  });
});

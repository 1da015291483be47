import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, run, TEST_PATH } from '@/gateway/testing/call';
import { entryOf, type TestLeaf, testLeaf } from '@/gateway/testing/leaves';
import { PASSWORD, type Setting, setting, until } from '@/gateway/testing/setting';

let edge: Setting;
let leaf: TestLeaf;
const sessions: ClientHttp2Session[] = [];

beforeAll(async () => {
  edge = await setting();
  leaf = testLeaf(edge.folder, 'one');
  edge.portal.change({ kind: 'certificate', entry: entryOf(leaf) });
  await until(() => edge.gateway.state()?.number === edge.portal.number());
});
afterAll(async () => {
  for (const session of sessions) session.destroy();
  await edge.stop();
});

function session(options: { leaf?: TestLeaf; environment?: 'production' | 'sandbox' } = {}) {
  const port = edge.gateway.ports[options.environment ?? 'production'].mtls;
  const pair = options.leaf === undefined ? {} : { cert: options.leaf.cert, key: options.leaf.key };
  const made = connect(`https://localhost:${port}`, { ca: edge.ca(), ...pair });
  made.on('error', () => undefined);
  sessions.push(made);
  return made;
}

function ask(
  on: ClientHttp2Session,
  headers: OutgoingHttpHeaders = {},
  body?: Buffer,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const stream = on.request({
      ':path': TEST_PATH,
      ':method': body === undefined ? 'GET' : 'POST',
      ':authority': 'localhost',
      authorization: basic('billing'),
      ...headers,
    });
    let status = 0;
    const chunks: Buffer[] = [];
    stream.on('response', (head) => {
      status = head[':status'] ?? 0;
    });
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      // A connection that was ended ends its streams without a head.
      if (status === 0) reject(new Error('no answer'));
      else resolve({ status, body: Buffer.concat(chunks).toString() });
    });
    stream.on('error', reject);
    stream.on('close', () => reject(new Error('closed')));
    stream.end(body);
  });
}
const codeOf = async (answer: Promise<{ body: string }>) => JSON.parse((await answer).body).code;

describe('HTTP/2', () => {
  it('curl speaks it with the edge and is greeted', async () => {
    const url = `https://localhost:${edge.gateway.ports.production.mtls}${TEST_PATH}`;
    const pair = ['--cert', leaf.certFile, '--key', leaf.keyFile, '--cacert', edge.caFile];
    const args = [
      '-sS',
      '--http2',
      ...pair,
      '-u',
      `billing:${PASSWORD}`,
      '-w',
      '%{http_version}',
      url,
    ];
    const done = await run('curl', args);
    expect(done.stdout).toContain('"message": "Hello billing"');
    expect(done.stdout).toMatch(/\n2$/);
  });

  it('forwards bodies in both directions, many streams at once', async () => {
    const on = session({ leaf });
    const body = Buffer.alloc(300_000, 'abc');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask(on, { ':path': '/echo' }, body)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(answers.every((answer) => answer.body === body.toString())).toBe(true);
  });

  it('T13: an :authority that is not the server name is 421', async () => {
    expect(await codeOf(ask(session({ leaf }), { ':authority': 'other.example' }))).toBe(
      'host_mismatch',
    );
  });

  it('RFC 9113, 8.3.1: :authority and a Host that differ are 400', async () => {
    expect(await codeOf(ask(session({ leaf }), { host: 'other.example' }))).toBe(
      'malformed_request',
    );
  });

  it('judges each stream by its own API client', async () => {
    const on = session({ leaf });
    const codes = await Promise.all([
      codeOf(ask(on, { authorization: basic('plain') })),
      codeOf(ask(on, { authorization: basic('nobody') })),
      codeOf(ask(on, { 'client-id': 'plain' })),
      codeOf(ask(on, { 'client-id': ['billing', 'billing'] })),
      codeOf(ask(on)),
    ]);
    const refused = [
      'wrong_account',
      'unknown_api_client',
      'conflicting_identity',
      'malformed_request',
    ];
    expect(codes).toEqual([...refused, undefined]);
  });

  it('refuses CONNECT with 501', async () => {
    const on = session({ leaf });
    const stream = on.request({ ':method': 'CONNECT', ':authority': 'localhost:1' });
    stream.on('error', () => undefined);
    const status = await new Promise((resolve) => {
      stream.on('response', (head) => resolve(head[':status']));
    });
    expect(status).toBe(501);
    stream.close();
  });

  it('invariant 9: production ends TLS before the first frame is answered', async () => {
    const before = edge.gateway.demoApi?.hits();
    await expect(ask(session())).rejects.toThrow();
    expect(edge.gateway.demoApi?.hits()).toBe(before);
    expect(await codeOf(ask(session({ environment: 'sandbox' })))).toBe('certificate_required');
  });

  it('T15: a revocation closes the open connection, and new ones are ended', async () => {
    const other = testLeaf(edge.folder, 'two');
    edge.portal.change({ kind: 'certificate', entry: entryOf(other) });
    await until(() => edge.gateway.state()?.number === edge.portal.number());
    const on = session({ leaf: other });
    expect((await ask(on)).status).toBe(200);
    const closed = new Promise((resolve) => on.once('close', resolve));
    edge.portal.change({ kind: 'certificate', entry: { ...entryOf(other), revokedAt: 1 } });
    await closed;
    await expect(ask(session({ leaf: other }))).rejects.toThrow();
  });
});

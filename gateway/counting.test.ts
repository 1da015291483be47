/** What an edge counts of real calls, read from the reports it sends. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CountReport } from '@/gateway/call-counts';
import { type Call, call, open } from '@/gateway/testing/call';
import { entryOf, type TestLeaf, testLeaf } from '@/gateway/testing/leaves';
import { type Setting, setting, until } from '@/gateway/testing/setting';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const answer =
  (status: number): Handler =>
  (request, response) => {
    request.resume();
    response.writeHead(status).end('ok');
  };
let handler: Handler = answer(200);
const upstream = createServer((request, response) => handler(request, response));
let edge: Setting;
let leaf: TestLeaf;
let stranger: TestLeaf;

beforeAll(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const address = upstream.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  edge = await setting({
    EDGE_UPSTREAM: `http://127.0.0.1:${port}`,
    EDGE_UPSTREAM_SECRET: 'between-us',
    EDGE_UPSTREAM_TIMEOUT_MS: '2500',
    EDGE_UNNAMED: 'pass',
  });
  leaf = testLeaf(edge.folder, 'one');
  stranger = testLeaf(edge.folder, 'stranger');
  edge.portal.change({ kind: 'certificate', entry: entryOf(leaf) });
  await until(() => edge.gateway.state()?.number === edge.portal.number());
});
afterAll(async () => {
  await edge.stop();
  upstream.closeAllConnections();
  upstream.close();
});
beforeEach(() => {
  handler = answer(200);
  edge.portal.reports.length = 0;
});

const counts = (): CountReport[] => edge.portal.reports.flatMap((report) => report.counts);
const nameHash = (name: string) =>
  Buffer.from(edge.portal.nameHash('production', name)).toString('hex');

/** Makes the call, then one of another API client: its count says that all before it were sent. */
async function counted(options: Call): Promise<CountReport[]> {
  await call(edge, options).catch(() => undefined);
  handler = answer(200);
  await call(edge, { listener: 'standard', user: 'plain' });
  const isMark = (one: CountReport) => one.nameHash === nameHash('plain');
  await until(() => counts().some(isMark));
  return counts().filter((one) => !isMark(one));
}

describe('a call is counted', () => {
  it('at the mTLS listener by its certificate, whatever the API answers', async () => {
    handler = answer(401);
    const seen = await counted({ leaf, headers: { 'User-Agent': 'erp/1.0' } });
    expect(seen).toEqual([
      {
        environment: 'production',
        listener: 'mtls',
        outcome: 'passed',
        evidence: 'certificate',
        fingerprint: leaf.fingerprintHex,
        nameHash: nameHash('billing'),
        network: '127.0.0.0/24',
        userAgent: 'erp/1.0',
        calls: 1,
        firstAt: expect.any(String),
        lastAt: expect.any(String),
      },
    ]);
  });

  it.each([
    [200, 'answered'],
    [404, 'answered'],
    [500, 'answered'],
    [401, 'unproved'],
    [403, 'unproved'],
  ])('at the standard listener by what the API answers: %i is %s', async (status, evidence) => {
    handler = answer(status);
    const seen = await counted({ listener: 'standard', environment: 'sandbox' });
    expect(seen).toMatchObject([{ outcome: 'passed', evidence, fingerprint: null, calls: 1 }]);
  });

  it('as proved by nothing when the API never answers, and once', async () => {
    handler = () => undefined;
    const seen = await counted({ listener: 'standard', environment: 'sandbox' });
    expect(seen).toMatchObject([{ outcome: 'passed', evidence: 'unproved', calls: 1 }]);
  });

  it('as proved by nothing when the caller leaves before the answer', async () => {
    let reached = false;
    handler = () => {
      reached = true;
    };
    const socket = open(edge, { listener: 'standard', environment: 'sandbox' });
    const basic = `Basic ${Buffer.from('billing:x').toString('base64')}`;
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${basic}\r\n\r\n`);
    await until(() => reached);
    socket.destroy();
    await until(() => counts().length > 0);
    expect(counts()).toMatchObject([{ outcome: 'passed', evidence: 'unproved', calls: 1 }]);
  });

  it('with its reason when it is refused, by the certificate where the edge knows it', async () => {
    const seen = await counted({ leaf, environment: 'sandbox', user: 'billing' });
    expect(seen).toMatchObject([
      { outcome: 'wrong_environment', evidence: 'certificate', fingerprint: leaf.fingerprintHex },
    ]);
  });

  it('with its reason when only a name says whose it is', async () => {
    const seen = await counted({ listener: 'standard' });
    expect(seen).toMatchObject([
      { outcome: 'mtls_required', evidence: 'unproved', nameHash: nameHash('billing') },
    ]);
  });

  it('not at all when neither certificate nor name is known here', async () => {
    const agents = { 'User-Agent': 'nobody/1.0' };
    expect(
      await counted({ leaf: stranger, environment: 'sandbox', user: 'none', headers: agents }),
    ).toEqual([]);
    expect(await counted({ listener: 'standard', user: 'none', headers: agents })).toEqual([]);
  });
});

import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Beside, nginxBeside } from '@/gateway/proxies/testing/products';
import { basic, call, portOf } from '@/gateway/testing/call';
import { entryOf, type TestLeaf, testLeaf } from '@/gateway/testing/leaves';
import { type Recorder, recorded, recorder } from '@/gateway/testing/recorder';
import { type Setting, setting, until } from '@/gateway/testing/setting';

let api: Recorder;
let edge: Setting;
let nginx: Beside;
let live: TestLeaf;

beforeAll(async () => {
  api = await recorder();
  edge = await setting({ EDGE_UPSTREAM: api.url, EDGE_UPSTREAM_SECRET: 'known-to-the-api' });
  nginx = await nginxBeside(edge, ['--forward', 'X-Tenant']);
  live = await leaf('live');
}, 60_000);
afterAll(async () => {
  await nginx.stop();
  await edge.stop();
  await api.stop();
});

async function leaf(name: string): Promise<TestLeaf> {
  const made = testLeaf(edge.folder, name);
  edge.portal.change({ kind: 'certificate', entry: entryOf(made) });
  await until(() => edge.gateway.state()?.number === edge.portal.number());
  return made;
}

describe('nginx beside an authorizer', () => {
  it('gives the API what the edge itself would write, and the headers it was told to forward', async () => {
    const headers = { 'X-Tenant': 'one', 'X-Unlisted': 'two', Accept: 'text/plain' };
    const beside = await call(nginx.setting, { leaf: live, headers });
    const itself = await call(edge, { leaf: live, headers });
    const names = [
      ...['x-mtls-account', 'x-mtls-api-client', 'x-mtls-environment', 'x-mtls-listener'],
      ...['x-mtls-under-enforcement', 'x-mtls-tls-version', 'x-mtls-fingerprint', 'client-cert'],
      ...['x-mtls-not-after', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'],
      ...['x-edge-secret', 'authorization', 'accept', 'x-tenant'],
    ];
    const of = (body: string) => names.map((name) => [name, recorded(body, name)]);
    expect(of(beside.body)).toEqual(of(itself.body));
    expect(recorded(beside.body, 'x-unlisted')).toEqual([]);
    expect(recorded(beside.body, 'x-request-id')).toEqual([beside.headers['x-request-id']]);
  });

  it('answers a refusal with the document of the edge, its id, and a challenge for 401', async () => {
    const answer = await call(nginx.setting, { leaf: live, user: '' });
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
    const problem = JSON.parse(answer.body);
    expect(Object.keys(problem)).toEqual(['type', 'title', 'status', 'code', 'requestId']);
    expect(problem.requestId).toBe(answer.headers['x-request-id']);
  });

  it('reports calls and refusals to the portal under the ids that caller and API see', async () => {
    const passed = await call(nginx.setting, { leaf: live, headers: { 'User-Agent': 'erp/1' } });
    const refused = await call(nginx.setting, { leaf: live, user: 'nobody' });
    const of = (answer: { headers: NodeJS.Dict<string | string[]> }) =>
      answer.headers['x-request-id'];
    const refusals = () => edge.portal.reports.flatMap((batch) => batch.refusals);
    const successes = () => edge.portal.reports.flatMap((batch) => batch.successes);
    await until(() => refusals().some((one) => one.requestId === of(refused)));
    await until(() => successes().some((one) => one.requestId === of(passed)));
    expect(successes().find((one) => one.requestId === of(passed))).toMatchObject({
      environment: 'production',
      listener: 'mtls',
      fingerprint: live.fingerprintHex,
      sourceAddress: '127.0.0.1',
      userAgent: 'erp/1',
      tlsVersion: 'TLSv1.3',
      httpVersion: '1.1',
    });
  });

  it('the path of the question is none for clients', async () => {
    const answer = await call(nginx.setting, { leaf: live, path: '/.countersign' });
    expect(answer.status).toBe(404);
  });

  it('T18: a TLS server name with a line end in it is no header', async () => {
    const socket = connect({
      host: '127.0.0.1',
      port: portOf(nginx.setting, {}),
      servername: 'localhost\r\nX-Authorize-Source: 192.0.2.1',
      cert: live.cert,
      key: live.key,
      rejectUnauthorized: false,
    });
    const request = `GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${basic('billing')}\r\n`;
    socket.on('secureConnect', () => socket.write(`${request}Connection: close\r\n\r\n`));
    let seen = '';
    for await (const chunk of socket) seen += chunk;
    expect(seen).toMatch(/^HTTP\/1\.1 421 /);
    expect(seen).toContain('"code":"host_mismatch"');
  });

  it('a location that writes a header of its own sends no identity at all, and nothing of the client', async () => {
    const careless = await nginxBeside(edge, [], (text) =>
      text.replaceAll('location / {', 'location / {\n      proxy_set_header X-Own 1;'),
    );
    const headers = { 'X-Mtls-Account': 'acc_b', Accept: 'text/plain' };
    const answer = await call(careless.setting, { leaf: live, headers });
    await careless.stop();
    const names = JSON.parse(answer.body).map(({ name }: { name: string }) => name);
    expect(names).toEqual(['X-Own', 'Host', 'Connection']);
  });

  it('a certificate that nginx by itself would refuse is passed on where the edge knows it', async () => {
    const old = testLeaf(edge.folder, 'old', 'clientAuth', -1);
    edge.portal.change({ kind: 'certificate', entry: entryOf(old) });
    await until(() => edge.gateway.state()?.number === edge.portal.number());
    const answer = await call(nginx.setting, { leaf: old, method: 'POST', body: 'x' });
    expect(answer.status).toBe(200);
    expect(recorded(answer.body, 'x-mtls-fingerprint')).toEqual([old.fingerprintHex]);
    expect(recorded(answer.body, 'content-length')).toEqual(['1']);
  });

  it('without its authorizer it answers 503 and asks the API nothing', async () => {
    const alone = await nginxBeside(edge, ['--authorizer', 'unix:/nonexistent/authorizer.sock']);
    const before = api.hits();
    const answer = await call(alone.setting, { leaf: live });
    await alone.stop();
    expect([answer.status, answer.code]).toEqual([503, 'edge_not_ready']);
    expect(api.hits()).toBe(before);
  });
});

describe('nginx with answers used again', () => {
  it('T15: a revocation is in force with the next second, and other facts are other questions', async () => {
    const cached = await nginxBeside(edge, ['--cache', 'on']);
    const own = await leaf('cached');
    const ask = (user: string, headers = {}) => call(cached.setting, { leaf: own, user, headers });
    for (let turn = 0; turn < 20; turn += 1) expect((await ask('billing')).status).toBe(200);
    expect((await ask('nobody')).code).toBe('unknown_api_client');
    expect((await ask('billing', { Host: 'other.example' })).code).toBe('host_mismatch');
    const sandbox = await call(cached.setting, { environment: 'sandbox', leaf: own });
    expect(sandbox.code).toBe('wrong_environment');
    const revokedAt = Math.floor(Date.now() / 1000) - 1;
    edge.portal.change({ kind: 'certificate', entry: entryOf(own, { revokedAt }) });
    const second = () => Math.floor(Date.now() / 1000);
    const during = second();
    await until(() => edge.gateway.state()?.number === edge.portal.number());
    await until(() => second() > during);
    const answer = await call(cached.setting, { leaf: own }).catch(() => 'no answer');
    await cached.stop();
    expect(answer).toBe('no answer');
  });
});

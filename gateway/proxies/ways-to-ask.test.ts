import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Beside, caddyBeside, nginxBeside } from '@/gateway/proxies/testing/products';
import { call } from '@/gateway/testing/call';
import { entryOf, type TestLeaf, testLeaf } from '@/gateway/testing/leaves';
import { type Recorder, recorded, recorder } from '@/gateway/testing/recorder';
import { type Setting, setting, until } from '@/gateway/testing/setting';

const SECRET = 'of-the-proxy';

let api: Recorder;
let edge: Setting;
let live: TestLeaf;
let flags: string[];

beforeAll(async () => {
  api = await recorder();
  // No secret for the API: what the authorizer does not say must not be said by anybody.
  edge = await setting({
    EDGE_UPSTREAM: api.url,
    EDGE_AUTHORIZER_PORT: '0',
    EDGE_AUTHORIZER_SECRET: SECRET,
    EDGE_UNNAMED: 'pass',
  });
  live = testLeaf(edge.folder, 'live');
  edge.portal.change({ kind: 'certificate', entry: entryOf(live) });
  await until(() => edge.gateway.state()?.number === edge.portal.number());
  const file = join(edge.folder, 'secret.conf');
  writeFileSync(file, `proxy_set_header X-Authorize-Secret "${SECRET}";\n`);
  const address = `127.0.0.1:${edge.gateway.authorizerPort}`;
  flags = ['--authorizer', address, '--authorizer-secret-file', file];
}, 60_000);
afterAll(async () => {
  await edge.stop();
  await api.stop();
});

const PRODUCTS = [
  ['nginx', nginxBeside],
  ['Caddy', caddyBeside],
] as const;

describe.each(PRODUCTS)('%s asking over a port', (_product, beside) => {
  let proxy: Beside;
  beforeAll(async () => {
    proxy = await beside(edge, flags);
  }, 60_000);
  afterAll(() => proxy.stop());

  it('sends the secret, and gives the API what the edge itself would write', async () => {
    const headers = { 'X-Authorize-Secret': 'forged' };
    const answer = await call(proxy.setting, { leaf: live, headers });
    const itself = await call(edge, { leaf: live, headers });
    const of = (body: string) =>
      [
        ...['x-mtls-account', 'x-mtls-api-client', 'x-mtls-environment', 'x-mtls-listener'],
        ...['x-mtls-under-enforcement', 'x-mtls-tls-version', 'x-mtls-fingerprint', 'client-cert'],
        ...['x-mtls-not-after', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'],
        ...['authorization', 'host', 'x-authorize-secret'],
      ].map((name) => [name, recorded(body, name)]);
    expect(answer.status).toBe(200);
    expect(of(answer.body)).toEqual(of(itself.body));
    expect(recorded(answer.body, 'x-request-id')).toEqual([answer.headers['x-request-id']]);
  });

  it('what the edge does not say of a call without a name is not said', async () => {
    const headers = {
      'X-Mtls-Account': 'acc_b',
      'X-Edge-Secret': 'forged',
      'Client-Cert': ':AA==:',
    };
    const answer = await call(proxy.setting, { listener: 'standard', user: '', headers });
    expect(answer.status).toBe(200);
    const unsaid = ['x-mtls-account', 'x-mtls-api-client', 'x-edge-secret', 'client-cert'];
    expect(unsaid.flatMap((name) => recorded(answer.body, name)).join('')).toBe('');
    expect(recorded(answer.body, 'x-mtls-environment')).toEqual(['production']);
  });
});

describe.each(PRODUCTS)('%s with a wrong secret', (_product, beside) => {
  it('lets nothing through', async () => {
    const { authorizer } = edge.config;
    const file = join(edge.folder, 'wrong.conf');
    writeFileSync(file, 'proxy_set_header X-Authorize-Secret "wrong";\n');
    const config = { ...edge.config, authorizer: { ...authorizer, secret: 'wrong' } };
    const wrong = [...flags, '--authorizer-secret-file', file];
    const proxy = await beside({ ...edge, config }, wrong);
    const before = api.hits();
    const answer = await call(proxy.setting, { leaf: live });
    await proxy.stop();
    expect(answer.status).toBe(403);
    expect(api.hits()).toBe(before);
  }, 30_000);
});

describe('Caddy without its authorizer', () => {
  it('answers 502 and asks the API nothing', async () => {
    const alone = await caddyBeside(edge, ['--authorizer', 'unix:/nonexistent/authorizer.sock']);
    const before = api.hits();
    const answer = await call(alone.setting, { leaf: live });
    await alone.stop();
    expect(answer.status).toBe(502);
    expect(api.hits()).toBe(before);
  }, 30_000);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Beside,
  caddyBeside,
  haproxyBeside,
  nginxBeside,
} from '@/gateway/proxies/testing/products';
import { basic, call } from '@/gateway/testing/call';
import { entryOf, type TestLeaf, testLeaf } from '@/gateway/testing/leaves';
import { type Recorder, recorded, recorder } from '@/gateway/testing/recorder';
import { type Setting, setting, until } from '@/gateway/testing/setting';

const FLAGS = ['--identity-sources', 'client-id', '--secret-header', 'X-Provider-Token'];

let api: Recorder;
let edge: Setting;
let live: TestLeaf;
const proxies: Beside[] = [];

beforeAll(async () => {
  api = await recorder();
  edge = await setting({
    EDGE_UPSTREAM: api.url,
    EDGE_UPSTREAM_SECRET: 'known-to-the-api',
    EDGE_UPSTREAM_SECRET_HEADER: 'X-Provider-Token',
    EDGE_IDENTITY_SOURCES: 'client-id',
    EDGE_HAPROXY_SOCKET: '{folder}/haproxy.sock',
  });
  for (const start of [nginxBeside, haproxyBeside, caddyBeside]) {
    proxies.push(await start(edge, FLAGS));
  }
  live = testLeaf(edge.folder, 'live');
  edge.portal.change({ kind: 'certificate', entry: entryOf(live) });
  await until(() => edge.gateway.haproxy?.applied() === edge.portal.number());
}, 60_000);
afterAll(async () => {
  for (const proxy of proxies) await proxy.stop();
  await edge.stop();
  await api.stop();
});

const place = (index: number) => (index === 0 ? edge : (proxies[index - 1]?.setting ?? edge));

describe.each([
  ['gateway', 0],
  ['nginx', 1],
  ['HAProxy', 2],
  ['Caddy', 3],
] as const)('%s where CLIENT-ID alone names the API client', (_product, index) => {
  it('T18: credentials that nobody looks at do not reach the API', async () => {
    const answer = await call(place(index), {
      leaf: live,
      user: '',
      headers: { 'CLIENT-ID': 'billing', Authorization: basic('plain'), 'X-Auth-Client': 'plain' },
    });
    expect(answer.status).toBe(200);
    expect(recorded(answer.body, 'client-id')).toEqual(['billing']);
    expect(recorded(answer.body, 'authorization')).toEqual([]);
    expect(recorded(answer.body, 'x-auth-client')).toEqual([]);
  });

  it('a token of another kind does', async () => {
    const headers = { 'CLIENT-ID': 'billing', Authorization: 'Bearer abc' };
    const answer = await call(place(index), { leaf: live, user: '', headers });
    expect(recorded(answer.body, 'authorization')).toEqual(['Bearer abc']);
  });

  it('T18: the header of the secret is the one that is configured, and the edge alone writes it', async () => {
    const headers = { 'CLIENT-ID': 'billing', 'X-Provider-Token': 'forged' };
    const answer = await call(place(index), { leaf: live, user: '', headers });
    expect(recorded(answer.body, 'x-provider-token')).toEqual(['known-to-the-api']);
  });
});

import { Agent } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesFileOf } from '@/gateway/haproxy-map';
import { haproxyMap } from '@/gateway/haproxy-socket';
import { type Beside, haproxyBeside } from '@/gateway/proxies/testing/products';
import { type Call, call } from '@/gateway/testing/call';
import { entryOf, type TestLeaf, testLeaf } from '@/gateway/testing/leaves';
import { type Recorder, recorded, recorder } from '@/gateway/testing/recorder';
import { type Setting, setting, until } from '@/gateway/testing/setting';
import type { Timeline } from '@/lib/edge/mode';
import type { Change } from '@/lib/edge/state';
import { enforcing } from '@/lib/edge/testing';

let api: Recorder;
let edge: Setting;
let haproxy: Beside;
let live: TestLeaf;

beforeAll(async () => {
  api = await recorder();
  edge = await setting({
    EDGE_UPSTREAM: api.url,
    EDGE_UPSTREAM_SECRET: 'known-to-the-api',
    EDGE_HAPROXY_SOCKET: '{folder}/haproxy.sock',
  });
  haproxy = await haproxyBeside(edge);
  live = testLeaf(edge.folder, 'live');
  await change({ kind: 'certificate', entry: entryOf(live) });
}, 60_000);
afterAll(async () => {
  await haproxy.stop();
  await edge.stop();
  await api.stop();
});

const written = () => until(() => edge.gateway.haproxy?.applied() === edge.portal.number());
const now = () => Math.floor(Date.now() / 1000);
const ask = (options: Call = {}) => call(haproxy.setting, options);
const runtime = (map: 'large' | 'small') =>
  haproxyMap({
    socketPath: edge.config.haproxy?.socketPath ?? '',
    mapFile: (map === 'large' ? (name: string) => name : changesFileOf)(
      edge.config.haproxy?.mapFile ?? '',
    ),
  });

async function change(...changes: Change[]): Promise<void> {
  edge.portal.change(...changes);
  await written();
}

function plainAccount(production: Timeline): Change {
  const modes = { ...enforcing(), production };
  return { kind: 'account', entry: { accountId: 'acc_b', suspended: false, modes } };
}

describe('HAProxy with a live map', () => {
  it('gives the API what the edge itself would write', async () => {
    const headers = { Accept: 'text/plain' };
    const beside = await ask({ leaf: live, headers });
    const itself = await call(edge, { leaf: live, headers });
    const of = (body: string) =>
      [
        ...['x-mtls-account', 'x-mtls-api-client', 'x-mtls-environment', 'x-mtls-listener'],
        ...['x-mtls-under-enforcement', 'x-mtls-tls-version', 'x-mtls-fingerprint', 'client-cert'],
        ...['x-mtls-not-after', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'],
        ...['x-edge-secret', 'authorization', 'accept', 'host'],
      ].map((name) => [name, recorded(body, name)]);
    expect(of(beside.body)).toEqual(of(itself.body));
    expect(recorded(beside.body, 'x-request-id')).toEqual([beside.headers['x-request-id']]);
  });

  it('answers a refusal with the document of the edge, its id, and a challenge for 401', async () => {
    const answer = await ask({ leaf: live, user: '' });
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
    const problem = JSON.parse(answer.body);
    expect(Object.keys(problem)).toEqual(['type', 'title', 'status', 'code', 'requestId']);
    expect(problem.requestId).toBe(answer.headers['x-request-id']);
  });

  it.each([
    'billing two',
    'b+i%20l&l=i?n/g',
    'zoë 請求',
    '%',
    '%00',
    '"quoted\\"',
    "it's",
    'a'.repeat(255),
  ])('finds the API client %j by the same keyed hash as the edge', async (name) => {
    const nameHash = edge.portal.nameHash('production', name);
    const entry = { nameHash, accountId: 'acc_a', environment: 'production' as const };
    await change({ kind: 'api_client', entry });
    const answer = await ask({ leaf: live, user: name });
    expect([answer.status, answer.code]).toEqual([200, null]);
    await change({ kind: 'api_client_removed', nameHash });
    expect((await ask({ leaf: live, user: name })).code).toBe('unknown_api_client');
  });

  const encoded = (text: string) => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`;
  it.each([
    ['a zero byte, where its texts end', encoded('billing\0x:pw')],
    ['a zero byte in the password', encoded('billing:p\0w')],
    ['a line end', encoded('billing\r\n:pw')],
    ['no colon', encoded('billing')],
    ['an empty name', encoded(':pw')],
    ['stray bits at the end', 'Basic YmlsbGluZzpwd3='],
    ['a second value', `${encoded('billing:pw')}, ${encoded('plain:pw')}`],
    ['nothing', 'Basic'],
    ['an API key without a colon', 'apikey billing'],
  ])('credentials with %s are malformed', async (_title, authorization) => {
    const headers = { Authorization: authorization };
    const answer = await ask({ leaf: live, user: '', headers });
    expect([answer.status, answer.code]).toEqual([400, 'malformed_request']);
  });

  it.each([
    ['an API key', { Authorization: 'apikey billing:k3y' }],
    ['CLIENT-ID', { 'CLIENT-ID': 'billing' }],
    ['x-auth-client', { 'X-Auth-Client': 'billing' }],
    ['all that agree', { Authorization: 'ApiKey billing:k', 'CLIENT-ID': 'billing' }],
  ])('takes the name from %s', async (_title, headers) => {
    expect((await ask({ leaf: live, user: '', headers })).status).toBe(200);
  });

  it('an empty name header is malformed, beside a good name too', async () => {
    expect((await ask({ leaf: live, headers: { 'CLIENT-ID': '' } })).code).toBe(
      'malformed_request',
    );
  });
});

describe('HAProxy on one kept connection', () => {
  it('judges each call by its own credentials, whatever the call before said', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<number | undefined>();
    agent.on('free', (socket) => sockets.add(socket.localPort));
    const plain = { 'CLIENT-ID': 'plain' };
    const turns: [Call, number, string | null][] = [
      [{}, 200, null],
      [{}, 200, null],
      [{ user: 'plain' }, 403, 'wrong_account'],
      [{ user: 'plain' }, 403, 'wrong_account'],
      [{ headers: plain }, 403, 'conflicting_identity'],
      [{}, 200, null],
      [{ user: '' }, 401, 'api_client_required'],
      [{ user: '', headers: plain }, 403, 'wrong_account'],
      [{ user: '', headers: { 'CLIENT-ID': 'billing' } }, 200, null],
      [{ user: 'nobody' }, 403, 'unknown_api_client'],
      [{}, 200, null],
      [{ user: '', headers: { Authorization: 'Basic' } }, 400, 'malformed_request'],
      [{}, 200, null],
    ];
    for (const [options, status, code] of turns) {
      const answer = await ask({ leaf: live, agent, ...options });
      expect([options, answer.status, answer.code]).toEqual([options, status, code]);
      if (status !== 200) continue;
      expect(recorded(answer.body, 'x-mtls-api-client')).toEqual(['billing']);
    }
    expect(sockets.size).toBe(1);
    const nameHash = edge.portal.nameHash('production', 'billing');
    await change({ kind: 'api_client_removed', nameHash });
    expect((await ask({ leaf: live, agent })).code).toBe('unknown_api_client');
    await change({
      kind: 'api_client',
      entry: { nameHash, accountId: 'acc_a', environment: 'production' },
    });
    expect((await ask({ leaf: live, agent })).status).toBe(200);
    agent.destroy();
  });
});

describe('HAProxy as time passes', () => {
  const standard = () => ask({ listener: 'standard', user: 'plain' });

  it('a trial ends at its instant, with the edge gone', async () => {
    await change(
      plainAccount([
        { mode: 'enforce', until: now() + 4 },
        { mode: 'observe', until: null },
      ]),
    );
    expect((await standard()).code).toBe('mtls_required');
    await edge.gateway.stop();
    let answer = await standard();
    while (answer.status !== 200) answer = await standard();
    expect(answer.code).toBeNull();
    await edge.restart();
    await change(plainAccount([{ mode: 'off', until: null }]));
  }, 20_000);

  it('a later step takes over at its instant, and what has no step is enforced', async () => {
    const past = now() - 10;
    const four = [past - 3, past - 2, past - 1].map(
      (end) => ({ mode: 'off', until: end }) as const,
    );
    await change(plainAccount([...four, { mode: 'enforce', until: null }]));
    expect((await standard()).code).toBe('mtls_required');
    const five = [...four, { mode: 'off', until: past } as const];
    await change(plainAccount([...five, { mode: 'off', until: null }]));
    expect((await standard()).code).toBe('mtls_required');
    await change(plainAccount([{ mode: 'observe', until: null }]));
    expect((await standard()).status).toBe(200);
  });

  it('T16: a map that nobody renews is not believed: 503 over mTLS, and without it to who enforced', async () => {
    const until = await runtime('small').value('settings:valid_until');
    const { leaseSeconds = 0 } = edge.config.haproxy ?? {};
    expect(Number(until)).toBeGreaterThan(now());
    expect(Number(until)).toBeLessThanOrEqual(now() + leaseSeconds);
    await edge.gateway.stop();
    expect((await ask({ leaf: live })).status).toBe(200);
    await runtime('small').set({ key: 'settings:valid_until', value: String(now() - 1) });
    const hits = api.hits();
    const answers = [
      await ask({ leaf: live }),
      await ask({ listener: 'standard', user: 'billing' }),
      await ask({ listener: 'standard', user: 'nobody' }),
    ];
    expect(answers.map(({ code }) => code)).toEqual(Array(3).fill('edge_not_ready'));
    expect(api.hits()).toBe(hits);
    expect((await standard()).status).toBe(200);
    await edge.restart();
    await written();
    expect((await ask({ leaf: live })).status).toBe(200);
  }, 20_000);

  it('an HAProxy that was started anew lets nothing through until its map is written', async () => {
    await edge.gateway.stop();
    await haproxy.stop();
    haproxy = await haproxyBeside(edge);
    const answers = [await ask({ leaf: live }), await standard()];
    expect(answers.map(({ code }) => code)).toEqual(['edge_not_ready', 'edge_not_ready']);
    await edge.restart();
    await written();
    expect((await ask({ leaf: live })).status).toBe(200);
    await haproxy.stop();
    haproxy = await haproxyBeside(edge);
    // The edge notices by itself that the map it wrote is gone.
    let answer = await ask({ leaf: live });
    while (answer.code === 'edge_not_ready') answer = await ask({ leaf: live });
    expect(answer.status).toBe(200);
  }, 30_000);

  it('what changed stands in the small map until there is much of it, then in the large one', async () => {
    const own = testLeaf(edge.folder, 'own');
    const key = `cert:${own.fingerprintHex.toUpperCase()}`;
    const places = async () => [
      await runtime('small').value(key),
      await runtime('large').value(key),
    ];
    await change({ kind: 'certificate', entry: entryOf(own) });
    expect(await places()).toEqual([expect.stringMatching(/live$/), null]);
    await change({ kind: 'certificate', entry: entryOf(own, { revokedAt: 1 }) });
    await expect(ask({ leaf: own })).rejects.toThrow();
    await change({ kind: 'certificate', entry: entryOf(own) });
    expect((await ask({ leaf: own })).status).toBe(200);
    const names = Array.from({ length: 2_001 }, (_, index): Change => {
      const nameHash = edge.portal.nameHash('production', `many ${index}`);
      const entry = { nameHash, accountId: 'acc_a', environment: 'production' as const };
      return { kind: 'api_client', entry };
    });
    await change(...names);
    expect(await places()).toEqual([null, expect.stringMatching(/live$/)]);
    expect((await ask({ leaf: own, user: 'many 2000' })).status).toBe(200);
    await change({ kind: 'certificate_removed', fingerprint: own.fingerprint });
    expect(await places()).toEqual(['~', expect.stringMatching(/live$/)]);
    await expect(ask({ leaf: own })).rejects.toThrow();
  });

  it('a snapshot takes the place of everything that was there', async () => {
    const gone = testLeaf(edge.folder, 'gone');
    await change({ kind: 'certificate', entry: entryOf(gone) });
    expect((await ask({ leaf: gone })).status).toBe(200);
    const number = edge.portal.number() + 1;
    const entry = entryOf(live);
    const content = { certificates: [entry], apiClients: [], accounts: [] };
    edge.portal.inject(edge.portal.snapshot({ number, content }));
    await until(() => edge.gateway.haproxy?.applied() === number);
    expect(await runtime('large').value(`cert:${gone.fingerprintHex.toUpperCase()}`)).toBeNull();
    expect(await runtime('large').value(`cert:${live.fingerprintHex.toUpperCase()}`)).toMatch(
      /live$/,
    );
  });
});

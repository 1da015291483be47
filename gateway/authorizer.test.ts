import { statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '@/gateway/config';
import { basic } from '@/gateway/testing/call';
import { entryOf, type TestLeaf, testLeaf } from '@/gateway/testing/leaves';
import { type Setting, setting, until } from '@/gateway/testing/setting';

const SECRET = 'of-the-proxy';
const MTLS = '/authorize/production/mtls';

let edge: Setting;
let live: TestLeaf;
let escaped: string;

beforeAll(async () => {
  edge = await setting({
    EDGE_LISTENERS: 'off',
    EDGE_AUTHORIZER_PORT: '0',
    EDGE_AUTHORIZER_SECRET: SECRET,
    EDGE_UPSTREAM_SECRET: 'known-to-the-api',
  });
  live = testLeaf(edge.folder, 'live');
  escaped = encodeURIComponent(live.cert);
  edge.portal.change({ kind: 'certificate', entry: entryOf(live) });
  await until(() => edge.gateway.state()?.number === edge.portal.number());
});
afterAll(() => edge.stop());

type Lines = [string, string][];
type Answer = { status: number; headers: NodeJS.Dict<string | string[]>; body: string };

/** What a proxy sends for a call of the API client `billing`. */
const usual = (): Lines => [
  ['Host', 'localhost'],
  ['Authorization', basic('billing')],
  ['Client-Cert', escaped],
  ['X-Authorize-Connection', 'TLSv1.3 HTTP/1.1 localhost'],
  ['X-Authorize-Source', '192.0.2.7'],
];
const without = (name: string): Lines => usual().filter(([one]) => one !== name);
const withLine = (name: string, value: string): Lines => [...without(name), [name, value]];

function ask(path: string, lines: Lines, over: 'socket' | 'port' = 'socket'): Promise<Answer> {
  const { socketPath } = edge.config.authorizer;
  const where =
    over === 'port' || socketPath === null
      ? { host: '127.0.0.1', port: edge.gateway.authorizerPort ?? 0 }
      : { socketPath };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...where, path, headers: lines.flat(), setHost: false });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const { statusCode = 0, headers } = incoming;
      let body = '';
      incoming.on('data', (chunk) => {
        body += chunk;
      });
      incoming.on('end', () => resolve({ status: statusCode, headers, body }));
    });
    outgoing.end();
  });
}

describe('the authorizer', () => {
  it('allows with the identity headers of the edge, its secret for the API among them', async () => {
    const { status, headers, body } = await ask(MTLS, usual());
    expect([status, body]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'x-mtls-account': 'acc_a',
      'x-mtls-api-client': 'billing',
      'x-mtls-environment': 'production',
      'x-mtls-listener': 'mtls',
      'x-mtls-tls-version': 'TLSv1.3',
      'x-mtls-fingerprint': live.fingerprintHex,
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-host': 'localhost',
      'x-edge-secret': 'known-to-the-api',
    });
    expect(headers['client-cert']).toMatch(/^:.+:$/);
  });

  it('refuses with status and document, and says when the connection should end', async () => {
    const sandbox = await ask('/authorize/sandbox/mtls', without('Client-Cert'));
    expect(sandbox.status).toBe(403);
    expect(sandbox.headers['x-mtls-refusal']).toBe('certificate_required');
    expect(sandbox.headers['x-mtls-close']).toBe('no');
    expect(JSON.parse(sandbox.body)).toMatchObject({ code: 'certificate_required', status: 403 });
    const production = await ask(MTLS, without('Client-Cert'));
    expect(production.headers['x-mtls-close']).toBe('yes');
  });

  it('nginx is told 401 or 403 alone, with the real status beside it', async () => {
    const path = '/auth-request/production/mtls';
    const mismatch = await ask(path, withLine('Host', 'other.example'));
    expect([mismatch.status, mismatch.body]).toEqual([403, '']);
    expect(mismatch.headers['x-mtls-status']).toBe('421');
    expect(JSON.parse(String(mismatch.headers['x-mtls-problem']))).toMatchObject({ status: 421 });
    const unnamed = await ask(path, without('Authorization'));
    expect([unnamed.status, unnamed.headers['x-mtls-status']]).toEqual([401, '401']);
    const none = await ask(path, without('Client-Cert'));
    expect([none.status, none.headers['x-mtls-status']]).toEqual([403, '444']);
  });

  it("takes the proxy's id of the call when it is one, and gives its own otherwise", async () => {
    const id = `req_${'0123456789abcdef'.repeat(2)}`;
    const taken = await ask(MTLS, withLine('X-Request-Id', id));
    expect(taken.headers['x-request-id']).toBe(id);
    const other = await ask(MTLS, withLine('X-Request-Id', 'mine'));
    expect(other.headers['x-request-id']).toMatch(/^req_[0-9a-f]{32}$/);
  });

  it("Envoy's path behind the place changes nothing", async () => {
    expect((await ask(`${MTLS}/a/../../standard?x=1`, usual())).status).toBe(204);
  });

  it.each([
    '/',
    '/authorize/production',
    '/authorize/production/mtlsx',
    '/authorize/sandbox/mtls/../../production/mtls',
    '/authorize//production/mtls',
    '/other/production/mtls',
  ])('never allows at %s', async (path) => {
    expect((await ask(path, usual())).status).not.toBe(204);
  });

  const twice = (name: string): Lines => [...usual(), ...usual().filter(([one]) => one === name)];
  it.each([
    ['no connection', () => without('X-Authorize-Connection')],
    ['no source', () => without('X-Authorize-Source')],
    ['a source that is no address', () => withLine('X-Authorize-Source', 'unix:')],
    ['a TLS version nobody knows', () => withLine('X-Authorize-Connection', 'SSLv3 HTTP/1.1 a')],
    ['two leaves', () => twice('Client-Cert')],
    ['two connections', () => twice('X-Authorize-Connection')],
    ['two sources', () => twice('X-Authorize-Source')],
    ['two hosts', () => twice('Host')],
    ['a leaf that cannot be read', () => withLine('Client-Cert', ':a:')],
  ])('%s: 503, and one line for whoever configured the proxy', async (_title, lines) => {
    const { status, headers } = await ask(MTLS, lines());
    expect([status, headers['x-mtls-refusal']]).toEqual([503, 'edge_not_ready']);
    expect(edge.log.filter((line) => line.includes('authorizer:'))).not.toEqual([]);
  });

  it('a leaf at the standard listener is a mistake of the configuration: 503', async () => {
    const answer = await ask('/authorize/production/standard', usual());
    expect(answer.headers['x-mtls-refusal']).toBe('edge_not_ready');
  });

  it('no Host, and a name that is sent twice, are refused as at the edge itself', async () => {
    expect((await ask(MTLS, without('Host'))).headers['x-mtls-refusal']).toBe('host_mismatch');
    const answer = await ask(MTLS, twice('Authorization'));
    expect([answer.status, answer.headers['x-mtls-refusal']]).toEqual([400, 'malformed_request']);
  });

  it('T18: over a port nobody is answered without the secret of the proxy', async () => {
    const known = withLine('X-Authorize-Secret', SECRET);
    expect((await ask(MTLS, known, 'port')).status).toBe(204);
    for (const lines of [usual(), withLine('X-Authorize-Secret', `${SECRET}x`)]) {
      const answer = await ask(MTLS, lines, 'port');
      expect(answer.status).toBe(403);
      expect(answer.headers).not.toHaveProperty('x-mtls-account');
    }
  });

  it('the socket is for its owner and group', () => {
    expect(statSync(edge.config.authorizer.socketPath ?? '').mode & 0o777).toBe(0o660);
  });

  it('has no listeners of its own where they are off', () => {
    expect(edge.gateway.ports.production).toEqual({ mtls: 0, standard: 0 });
  });

  it('comes up again on the same socket, and never takes a file for one', async () => {
    await edge.restart();
    expect((await ask(MTLS, usual())).status).toBe(204);
    const file = `${edge.folder}/not-a-socket`;
    writeFileSync(file, 'kept');
    await expect(setting({ EDGE_AUTHORIZER_SOCKET: file })).rejects.toThrow(/not a socket/);
  });
});

describe('settings of the authorizer', () => {
  const needed = { PORTAL_URL: 'http://a', EDGE_TOKEN: 't', EDGE_STATE_DIR: '/nonexistent' };
  it.each([
    ['a port without a secret', { EDGE_AUTHORIZER_PORT: '7000' }, /EDGE_AUTHORIZER_SECRET/],
    ['nobody to answer', { EDGE_LISTENERS: 'off' }, /EDGE_AUTHORIZER_SOCKET/],
  ])('%s: one line that says what to set', (_title, changes, line) => {
    expect(() => parseConfig({ ...needed, ...changes })).toThrow(line);
  });
});

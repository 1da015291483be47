import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, call, raw, run, TEST_PATH } from '@/gateway/testing/call';
import { entryOf, type TestLeaf, testLeaf } from '@/gateway/testing/leaves';
import { PASSWORD, type Setting, setting, until } from '@/gateway/testing/setting';

let edge: Setting;
let leaves: Record<
  'live' | 'sandbox' | 'other' | 'revoked' | 'expired' | 'early' | 'server' | 'stranger',
  TestLeaf
>;

beforeAll(async () => {
  edge = await setting();
  const make = (name: string, usage?: string) => testLeaf(edge.folder, name, usage);
  leaves = {
    live: make('live'),
    sandbox: make('sandbox'),
    other: make('other'),
    revoked: make('revoked'),
    expired: make('expired'),
    early: make('early'),
    server: make('server', 'serverAuth'),
    stranger: make('stranger'),
  };
  const now = Math.floor(Date.now() / 1000);
  const put = (leaf: TestLeaf, differs = {}) => ({
    kind: 'certificate' as const,
    entry: entryOf(leaf, differs),
  });
  edge.portal.change(
    put(leaves.live),
    put(leaves.sandbox, { environment: 'sandbox' }),
    put(leaves.other, { accountId: 'acc_b' }),
    put(leaves.revoked, { revokedAt: now - 1 }),
    put(leaves.expired, { notAfter: now - 1 }),
    put(leaves.early, { notBefore: now + 3600 }),
    put(leaves.server),
  );
  await until(() => edge.gateway.state()?.number === edge.portal.number());
});
afterAll(() => edge.stop());

const DENIED = [
  ['certificate_required', null],
  ['unknown_certificate', 'stranger'],
  ['certificate_expired', 'expired'],
  ['certificate_not_yet_valid', 'early'],
  ['certificate_revoked', 'revoked'],
  ['not_a_client_certificate', 'server'],
] as const;

describe('mTLS listener', () => {
  it('curl with a live certificate reaches the API and is greeted', async () => {
    const { live } = leaves;
    const url = `https://localhost:${edge.gateway.ports.production.mtls}${TEST_PATH}`;
    const pair = ['--cert', live.certFile, '--key', live.keyFile, '--cacert', edge.caFile];
    const done = await run('curl', ['-sS', ...pair, '-u', `billing:${PASSWORD}`, url]);
    expect(done.stderr).toBe('');
    expect(JSON.parse(done.stdout)).toMatchObject({
      message: 'Hello billing',
      environment: 'production',
      sha256Fingerprint: live.fingerprintHex.toUpperCase(),
      daysLeft: 40,
      tlsVersion: 'TLSv1.3',
      passesUnderEnforcement: true,
    });
  });

  for (const [code, name] of DENIED) {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      it(`invariant 9: production ends ${maxVersion} for ${code}, 100 eager POSTs, upstream hits 0`, async () => {
        const before = edge.gateway.demoApi?.hits();
        const text = `POST /echo HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${basic('billing')}\r\nContent-Length: 2\r\n\r\nhi`;
        const leaf = name === null ? {} : { leaf: leaves[name] };
        for (let batch = 0; batch < 10; batch += 1) {
          const seen = await Promise.all(
            Array.from({ length: 10 }, () => raw(edge, text, { ...leaf, maxVersion })),
          );
          expect(seen).toEqual(Array(10).fill(''));
        }
        expect(edge.gateway.demoApi?.hits()).toBe(before);
      });
    }
    it(`invariant 9: sandbox explains ${code} over HTTP`, async () => {
      const leaf = name === null ? {} : { leaf: leaves[name] };
      const answer = await call(edge, { environment: 'sandbox', ...leaf });
      expect(answer.status).toBe(403);
      expect(answer.code).toBe(code);
    });
  }

  it.each([
    ['wrong_environment', 403, { leaf: 'sandbox' }],
    ['wrong_account', 403, { leaf: 'other' }],
    ['api_client_required', 401, { leaf: 'live', user: '' }],
    ['unknown_api_client', 403, { leaf: 'live', user: 'nobody' }],
    ['conflicting_identity', 403, { leaf: 'live', headers: { 'CLIENT-ID': 'plain' } }],
    ['host_mismatch', 421, { leaf: 'live', headers: { Host: 'other.example' } }],
    ['malformed_request', 400, { leaf: 'live', headers: { 'CLIENT-ID': ['billing', 'billing'] } }],
    [
      'upgrade_refused',
      501,
      { leaf: 'live', headers: { Connection: 'Upgrade', Upgrade: 'websocket' } },
    ],
  ] as const)('%s is answered %i as a problem and nothing more', async (code, status, how) => {
    const before = edge.gateway.demoApi?.hits();
    const { leaf, ...rest } = how;
    const headers =
      'headers' in rest
        ? {
            headers: Object.fromEntries(
              Object.entries(rest.headers).map(([n, v]) => [n, typeof v === 'string' ? v : [...v]]),
            ),
          }
        : {};
    const user = 'user' in rest ? { user: rest.user } : {};
    const answer = await call(edge, { leaf: leaves[leaf], ...user, ...headers });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const problem = JSON.parse(answer.body);
    expect(Object.keys(problem)).toEqual(['type', 'title', 'status', 'code', 'requestId']);
    expect(problem).toMatchObject({ code, status, type: `urn:countersign:error:${code}` });
    expect(answer.headers['x-request-id']).toBe(problem.requestId);
    if (status === 401) expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
    expect(edge.gateway.demoApi?.hits()).toBe(before);
  });

  it('a leaf of the other environment is refused in both directions', async () => {
    const answer = await call(edge, { environment: 'sandbox', leaf: leaves.live });
    expect(answer.code).toBe('wrong_environment');
  });

  it('a connection that is refused at TLS level is reported', async () => {
    await raw(edge, 'x', { leaf: leaves.stranger });
    const found = () =>
      edge.portal.reports
        .flatMap((batch) => batch.refusals)
        .find((refusal) => refusal.fingerprint === leaves.stranger.fingerprintHex);
    await until(() => found() !== undefined);
    expect(found()).toMatchObject({
      code: 'unknown_certificate',
      environment: 'production',
      listener: 'mtls',
      sni: 'localhost',
      sourceAddress: '127.0.0.1',
      nameHash: null,
    });
  });

  it('a success is reported at once, those within the second after it by their number', async () => {
    for (let turn = 0; turn < 3; turn += 1) await call(edge, { leaf: leaves.live });
    const found = () =>
      edge.portal.reports
        .flatMap((batch) => batch.successes)
        .filter((success) => success.fingerprint === leaves.live.fingerprintHex)
        .filter((success) => success.httpVersion === '1.1' && success.userAgent === null);
    const counted = () => found().reduce((sum, { count }) => sum + count, 0);
    await until(() => counted() === 3);
    const nameHash = Buffer.from(edge.portal.nameHash('production', 'billing')).toString('hex');
    expect(found()[0]).toMatchObject({
      environment: 'production',
      listener: 'mtls',
      nameHash,
      tlsVersion: 'TLSv1.3',
      sourceAddress: '127.0.0.1',
      count: 1,
    });
  });

  it('sandbox: a refusal for the certificate is reported with the API client the request named', async () => {
    await call(edge, { environment: 'sandbox', user: 'plain' });
    const nameHash = Buffer.from(edge.portal.nameHash('sandbox', 'plain')).toString('hex');
    const refusals = () => edge.portal.reports.flatMap((batch) => batch.refusals);
    await until(() => refusals().some((one) => one.nameHash === nameHash));
    expect(refusals().find((one) => one.nameHash === nameHash)?.code).toBe('certificate_required');
  });
});

describe('standard listener', () => {
  it('an account that does not enforce passes, without certificate facts', async () => {
    const answer = await call(edge, { listener: 'standard', user: 'plain' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({
      message: 'Hello plain',
      serialHex: null,
      sha256Fingerprint: null,
      daysLeft: null,
      passesUnderEnforcement: false,
    });
  });

  it.each([
    ['mtls_required', 403, 'billing'],
    ['api_client_required', 401, ''],
    ['unknown_api_client', 403, 'nobody'],
    ['account_suspended', 403, 'barred'],
  ])('%s: %i', async (code, status, user) => {
    const answer = await call(edge, { listener: 'standard', user });
    expect([answer.status, answer.code]).toEqual([status, code]);
  });
});

describe('T13, T14: sessions', () => {
  it.each(['-tls1_2', '-tls1_3'])(
    '%s: openssl s_client never resumes a session',
    async (version) => {
      const at = ['-connect', `127.0.0.1:${edge.gateway.ports.production.mtls}`];
      const pair = ['-cert', leaves.live.certFile, '-key', leaves.live.keyFile];
      const file = `${edge.folder}/session${version}`;
      const quiet = [...at, version, '-servername', 'localhost'];
      const request = `GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
      const first = await run(
        'openssl',
        ['s_client', ...quiet, ...pair, '-sess_out', file, '-ign_eof'],
        request,
      );
      expect(first.stdout).toMatch(/New, TLSv1/);
      const again = await run(
        'openssl',
        ['s_client', ...quiet, '-sess_in', file, '-ign_eof'],
        request,
      );
      expect(`${again.stdout}${again.stderr}`).not.toMatch(/Reused/);
      expect(again.stdout).not.toMatch(/HTTP\/1/);
    },
  );
});

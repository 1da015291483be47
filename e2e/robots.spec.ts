/** What a program does without a browser: REST by key, downloads judged by openssl, the operator's command line. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rest } from './support/rest';
import { curl, newFolder, newRequest, openssl, operator } from './support/shell';
import { apiClient, expect, SOON, test } from './support/test';

const TEST_PATH = '/connection/v1/testauthentication';
const SUBJECT = '/C=US/ST=California/L=Oakland/O=Meridian Freight/CN=';

test.use({ copy: 'robots' });
test.describe.configure({ mode: 'serial' });

test('checks a CSR without issuing: facts for a good one, findings for every other', async ({
  tree,
}) => {
  const api = rest(tree.demo.portalUrl, tree.demo.apiKey);
  const good = await newRequest(newFolder(), 'good', `${SUBJECT}good.meridian.example`);
  const checked = await api('POST', '/csr-checks', { csr: good, environment: 'sandbox' });
  expect([checked.status, checked.json.acceptable]).toEqual([200, true]);
  for (const csr of ['not a request', 'x'.repeat(64 * 1024)]) {
    const bad = await api('POST', '/csr-checks', { csr });
    expect([bad.status, bad.json.acceptable, bad.json.facts]).toEqual([200, false, null]);
    expect(bad.json.findings).not.toHaveLength(0);
  }
  const large = await api('POST', '/csr-checks', { csr: 'x'.repeat(64 * 1024 + 1) });
  expect([large.status, large.json.code]).toEqual([413, 'payload_too_large']);
  expect((await api('GET', '/certificates')).json.items).toEqual([]);
});

test('issues by key: 201 with Location, the same answer for the same Idempotency-Key, live at the edge at once', async ({
  tree,
}) => {
  const { demo } = tree;
  const api = rest(demo.portalUrl, demo.apiKey);
  const folder = newFolder();
  const csr = await newRequest(folder, 'robot', `${SUBJECT}robot.meridian.example`);
  const body = { csr, environment: 'sandbox', label: 'robot' };
  const key = { 'Idempotency-Key': 'first-robot' };
  const made = await api('POST', '/certificates', body, key);
  const madeAt = Date.now();
  expect(made.status).toBe(201);
  expect(made.headers.get('location')).toContain(`/api/v1/certificates/${made.json.id}`);
  writeFileSync(join(folder, 'robot.pem'), String(made.json.pem));

  const credential = { cert: join(folder, 'robot.pem'), key: join(folder, 'robot.key') };
  const { mtlsUrl, caFile } = demo.edges.sandbox;
  const user = apiClient(demo, 'sandbox');
  await expect
    .poll(
      async () => (await curl({ url: `${mtlsUrl}${TEST_PATH}`, caFile, user, credential })).status,
      SOON,
    )
    .toBe('200');
  process.stdout.write(`issued to first accepted call: ${Date.now() - madeAt} ms\n`);

  const again = await api('POST', '/certificates', body, key);
  expect([again.status, again.json.id]).toEqual([201, made.json.id]);
  const other = await api('POST', '/certificates', { ...body, label: 'other' }, key);
  expect([other.status, other.json.code]).toEqual([422, 'idempotency_conflict']);
});

test('every download is what it says, and openssl verifies the certificate for TLS clients', async ({
  tree,
}) => {
  const { demo } = tree;
  const api = rest(demo.portalUrl, demo.apiKey);
  const { items } = (await api('GET', '/certificates?environment=sandbox&status=live')).json;
  const [{ id = '' } = {}] = Array.isArray(items) ? items : [];
  const folder = newFolder();
  for (const format of ['pem', 'der', 'chain', 'fullchain', 'pkcs7']) {
    const response = await fetch(
      `${demo.portalUrl}/api/v1/certificates/${id}/download?format=${format}`,
      { headers: { Authorization: `Bearer ${demo.apiKey}` } },
    );
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="/);
    writeFileSync(join(folder, format), Buffer.from(await response.arrayBuffer()));
  }
  const serial = async (...args: string[]) =>
    (await openssl(folder, ['x509', '-noout', '-serial', ...args])).trim();
  expect(await serial('-in', 'der', '-inform', 'DER')).toBe(await serial('-in', 'pem'));
  expect(await serial('-in', 'fullchain')).toBe(await serial('-in', 'pem'));
  const bundle = await openssl(folder, ['pkcs7', '-in', 'pkcs7', '-print_certs']);
  expect(bundle.match(/^subject=/gm)).toHaveLength(3);
  const strict = ['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', 'chain', 'pem'];
  expect(await openssl(folder, strict)).toContain('pem: OK');
});

test('a revoked certificate is refused at once; a repeat changes nothing', async ({ tree }) => {
  const { demo } = tree;
  const api = rest(demo.portalUrl, demo.apiKey);
  const folder = newFolder();
  const csr = await newRequest(folder, 'gone', `${SUBJECT}gone.meridian.example`);
  const made = await api('POST', '/certificates', { csr, environment: 'production' });
  writeFileSync(join(folder, 'gone.pem'), String(made.json.pem));
  const credential = { cert: join(folder, 'gone.pem'), key: join(folder, 'gone.key') };
  const { mtlsUrl, caFile } = demo.edges.production;
  const user = apiClient(demo, 'production');
  const status = async () =>
    (await curl({ url: `${mtlsUrl}${TEST_PATH}`, caFile, user, credential })).status;
  await expect.poll(status, SOON).toBe('200');

  const path = `/certificates/${made.json.id}/revocation`;
  const revoked = await api('POST', path, { reason: 'keyCompromise' });
  const revokedAt = Date.now();
  expect([revoked.status, revoked.json.status]).toEqual([200, 'revoked']);
  await expect.poll(status, SOON).toBe('000');
  process.stdout.write(`revoked to first refused call: ${Date.now() - revokedAt} ms\n`);
  const repeat = await api('POST', path, { reason: 'superseded' });
  expect([repeat.status, repeat.json.revokedAt, repeat.json.revocationReason]).toEqual([
    200,
    revoked.json.revokedAt,
    'keyCompromise',
  ]);
});

test('the sixth live certificate is 409 with the list of what could be retired', async ({
  tree,
}) => {
  const api = rest(tree.demo.portalUrl, tree.demo.apiKey);
  const folder = newFolder();
  for (let number = 2; number <= 5; number++) {
    const name = `five-${number}`;
    const csr = await newRequest(folder, name, `${SUBJECT}${name}.meridian.example`);
    expect((await api('POST', '/certificates', { csr, environment: 'sandbox' })).status).toBe(201);
  }
  const csr = await newRequest(folder, 'six', `${SUBJECT}six.meridian.example`);
  const sixth = await api('POST', '/certificates', { csr, environment: 'production' });
  expect([sixth.status, sixth.json.code]).toEqual([409, 'live_limit_reached']);
  expect(JSON.stringify(sixth.json)).toContain('five-5.meridian.example');
  const live = (await api('GET', '/certificates?status=live&limit=100')).json;
  expect(live.items).toHaveLength(5);
});

test('no key or a bad one is 401, a foreign certificate 404, a wrong field 400', async ({
  tree,
}) => {
  const { demo } = tree;
  const own = rest(demo.portalUrl, demo.apiKey);
  const foreign = rest(demo.portalUrl, demo.secondAccount.apiKey);
  const { items } = (await own('GET', '/certificates')).json;
  const [{ id = '' } = {}] = Array.isArray(items) ? items : [];
  expect((await fetch(`${demo.portalUrl}/api/v1/account`)).status).toBe(401);
  expect((await rest(demo.portalUrl, 'nonsense')('GET', '/account')).status).toBe(401);
  for (const path of [`/certificates/${id}`, '/certificates/none']) {
    const reply = await foreign('GET', path);
    expect([reply.status, reply.json.code]).toEqual([404, 'not_found']);
  }
  expect((await own('POST', '/certificates', { csr: 5, environment: 'sandbox' })).status).toBe(400);
  const unknown = await own('POST', '/csr-checks', { csr: 'x', colour: 'red' });
  expect(unknown.status).toBe(400);
  const openApi = await fetch(`${demo.portalUrl}/api/v1/openapi.json`);
  expect(await openApi.json()).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) });
});

test('another account’s certificate is refused with its reason at both edges', async ({ tree }) => {
  const { demo } = tree;
  const api = rest(demo.portalUrl, demo.secondAccount.apiKey);
  const folder = newFolder();
  const csr = await newRequest(folder, 'other', '/C=US/O=Harbor Logistics/CN=other.harbor.example');
  const made = await api('POST', '/certificates', { csr, environment: 'sandbox' });
  expect(made.status).toBe(201);
  writeFileSync(join(folder, 'other.pem'), String(made.json.pem));
  const credential = { cert: join(folder, 'other.pem'), key: join(folder, 'other.key') };
  const call = async (environment: 'production' | 'sandbox') => {
    const { mtlsUrl, caFile } = demo.edges[environment];
    const user = apiClient(demo, environment);
    return curl({ url: `${mtlsUrl}${TEST_PATH}`, caFile, user, credential });
  };
  await expect.poll(async () => (await call('sandbox')).body, SOON).toContain('wrong_account');
  expect((await call('production')).body).toContain('wrong_environment');
});

test('the operator adds an account, a member, an API client and a key through the running portal', async ({
  tree,
}) => {
  const { demo, dataDir } = tree;
  const make = async (...words: string[]): Promise<Record<string, string>> => {
    const { code, stdout, stderr } = await operator(dataDir, words);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const { id = '' } = await make('account', 'create', '--name', 'Coastal Parcels');
  const member = await make(
    ...['member', 'create', '--account', id, '--email', 'mia@coastal.example'],
    ...['--name', 'Mia Coast', '--role', 'admin'],
  );
  expect(member.password).toMatch(/^\S{16,}$/);
  const client = ['--account', id, '--environment', 'sandbox', '--name', 'coastal-sync'];
  await make('api-client', 'create', ...client);
  const { key = '' } = await make('api-key', 'create', '--account', id, '--name', 'pipeline');
  const api = rest(demo.portalUrl, key);
  expect((await api('GET', '/account')).json).toMatchObject({ name: 'Coastal Parcels' });
  expect(JSON.stringify((await api('GET', '/api-clients')).json)).toContain('coastal-sync');

  const { standardUrl, caFile } = demo.edges.sandbox;
  const named = () =>
    curl({ url: `${standardUrl}${TEST_PATH}`, caFile, user: 'coastal-sync:not-its-password' });
  await expect.poll(async () => (await named()).body, SOON).not.toContain('unknown_api_client');
  const again = await operator(dataDir, ['api-client', 'create', ...client]);
  expect(again.code).toBe(1);
  expect(again.stderr.trim().split('\n')).toHaveLength(1);
});

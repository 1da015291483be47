/** The OpenAPI document is held to the running server: every operation is called, and its replies judged by the document. */

import { OPERATIONS, type Operation, type OperationId } from '@/lib/contract/operations';
import { ERRORS } from '@/lib/kernel/errors';
import { type Document, documentedReply } from './support/openapi';
import { newFolder, newRequest, operator } from './support/shell';
import { expect, test } from './support/test';

test.use({ copy: 'contract' });
test.describe.configure({ mode: 'serial' });

const SUBJECT = '/C=US/ST=California/L=Oakland/O=Meridian Freight/CN=';
const NOBODY = 'crt_00000000000000000000000000';

/** What a call needs that an earlier one made. */
type World = { csr: string[]; kept: string; gone: string; client: string };
type Asked = {
  params?: Record<string, string>;
  query?: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Whose key: the account's, an operator's, or none. */
  as?: 'operator' | 'nobody';
};
type Example = {
  good: (world: World) => Asked;
  /** What the first call made, for those that follow. */
  made?: (world: World, body: Record<string, unknown>) => void;
  /** Null: nothing that is sent can be wrong. */
  bad: ((world: World) => Asked & { code: keyof typeof ERRORS }) | null;
};

const sandbox = { environment: 'sandbox' };
const nowhere = { params: { environment: 'staging' }, code: 'not_found' } as const;
const noOne = { params: { id: NOBODY }, code: 'not_found' } as const;

/** In the order of the calls. The compiler wants an example of every operation. */
const EXAMPLES: Record<OperationId, Example> = {
  getOpenApi: { good: () => ({ as: 'nobody' }), bad: null },
  getAccount: { good: () => ({}), bad: () => ({ as: 'nobody', code: 'unauthenticated' }) },
  checkCsr: {
    good: ({ csr }) => ({ body: { csr: csr[0] } }),
    bad: () => ({ body: { csr: 5 }, code: 'invalid_request' }),
  },
  issueCertificate: {
    good: ({ csr }) => ({ body: { csr: csr[0], ...sandbox }, headers: { 'Idempotency-Key': 'a' } }),
    made: (world, { id }) => {
      world.kept = String(id);
    },
    bad: () => ({ body: { csr: 'no request', ...sandbox }, code: 'csr_rejected' }),
  },
  renewCertificate: {
    good: ({ kept }) => ({ params: { id: kept }, body: { reuseKey: true } }),
    made: (world, { id }) => {
      world.gone = String(id);
    },
    bad: ({ kept }) => ({ params: { id: kept }, body: {}, code: 'invalid_request' }),
  },
  getCertificate: { good: ({ kept }) => ({ params: { id: kept } }), bad: () => noOne },
  labelCertificate: {
    good: ({ kept }) => ({ params: { id: kept }, body: { label: 'ERP' } }),
    bad: ({ kept }) => ({
      ...{ params: { id: kept }, body: { label: 'ERP' } },
      ...{ headers: { 'Content-Type': 'text/plain' }, code: 'unsupported_media_type' },
    }),
  },
  downloadCertificate: {
    good: ({ kept }) => ({ params: { id: kept }, query: 'format=fullchain' }),
    bad: ({ kept }) => ({ params: { id: kept }, query: 'format=zip', code: 'invalid_request' }),
  },
  getCertificateTraffic: { good: ({ kept }) => ({ params: { id: kept } }), bad: () => noOne },
  listCertificates: {
    good: () => ({ query: 'environment=sandbox&status=live&limit=1' }),
    bad: () => ({ query: 'limit=0', code: 'invalid_request' }),
  },
  listPendingCertificates: {
    good: () => ({ query: 'limit=5' }),
    bad: () => ({ query: 'cursor=nonsense', code: 'invalid_request' }),
  },
  setIdleRevocation: {
    good: ({ kept }) => ({ params: { id: kept }, body: { days: 3 } }),
    bad: ({ kept }) => ({ params: { id: kept }, body: { days: 0 }, code: 'invalid_request' }),
  },
  getEnforcement: { good: () => ({ params: sandbox }), bad: () => nowhere },
  getReadiness: { good: () => ({ params: sandbox }), bad: () => nowhere },
  setEnforcement: {
    good: () => ({
      params: sandbox,
      body: { mode: 'enforce', trialMinutes: 0, override: { reason: 'The contract is tried.' } },
    }),
    bad: () => ({
      ...{ params: sandbox, body: { mode: 'off' } },
      ...{ headers: { 'If-Match': '"of yesterday"' }, code: 'precondition_failed' },
    }),
  },
  confirmEnforcement: {
    good: () => ({ params: sandbox, headers: { 'Idempotency-Key': 'b' } }),
    bad: () => ({ params: { environment: 'production' }, code: 'no_trial' }),
  },
  listApiClientConnections: {
    good: () => ({ params: sandbox, query: 'limit=1' }),
    bad: () => nowhere,
  },
  listRefusals: {
    good: () => ({ query: 'environment=sandbox&code=mtls_required' }),
    bad: () => ({ query: 'code=nonsense', code: 'invalid_request' }),
  },
  listAuditEvents: {
    good: () => ({ query: 'limit=2' }),
    bad: () => ({ query: 'cursor=nonsense', code: 'invalid_request' }),
  },
  exportAuditEvents: {
    good: () => ({}),
    bad: () => ({ query: 'format=xml', code: 'invalid_request' }),
  },
  listApiClients: {
    good: () => ({ query: 'limit=1' }),
    bad: () => ({ query: 'limit=1&limit=2', code: 'invalid_request' }),
  },
  createApiClient: {
    good: ({ client }) => ({
      as: 'operator',
      body: { accountId: client, ...sandbox, name: 'contract-sync' },
    }),
    made: (world, { id }) => {
      world.client = String(id);
    },
    bad: ({ client }) => ({
      ...{ as: 'operator', code: 'invalid_request' },
      body: { accountId: client, ...sandbox, name: 'with:colon' },
    }),
  },
  disableApiClient: {
    good: ({ client }) => ({ as: 'operator', params: { id: client } }),
    bad: ({ client }) => ({ params: { id: client }, code: 'forbidden' }),
  },
  revokeCertificate: {
    good: ({ gone }) => ({
      params: { id: gone },
      body: { reason: 'superseded' },
      query: 'wait=edges',
    }),
    bad: ({ gone }) => ({
      params: { id: gone },
      body: { reason: 'boredom' },
      code: 'invalid_request',
    }),
  },
};

test('every operation answers as the OpenAPI document says, to good input and to bad', async ({
  tree,
}) => {
  const { portalUrl, apiKey } = tree.demo;
  const made = await operator(tree.dataDir, ['api-key', 'create', '--name', 'contract']);
  const keys = { operator: JSON.parse(made.stdout).key, account: apiKey, nobody: null };
  const folder = newFolder();
  const csr = [await newRequest(folder, 'contract', `${SUBJECT}contract.meridian.example`)];
  const document: Document = await (await fetch(`${portalUrl}/api/v1/openapi.json`)).json();
  const account = await (
    await fetch(`${portalUrl}/api/v1/account`, { headers: { Authorization: `Bearer ${apiKey}` } })
  ).json();
  const world: World = { csr, kept: '', gone: '', client: account.id };

  const call = async (operation: Operation, asked: Asked) => {
    const path = operation.path.replace(/\{(\w+)\}/g, (_all, name) => asked.params?.[name] ?? '');
    const key = keys[asked.as ?? 'account'];
    const json = { 'Content-Type': 'application/json' };
    const reply = await fetch(`${portalUrl}${path}${asked.query ? `?${asked.query}` : ''}`, {
      method: operation.method,
      headers: {
        ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
        ...(asked.body === undefined ? {} : json),
        ...asked.headers,
      },
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    });
    return judged(document, operation, reply);
  };

  for (const [id, example] of Object.entries(EXAMPLES)) {
    const operation = Object.values<Operation>(OPERATIONS).find((one) => one.id === id);
    if (!operation) throw new Error(`${id} is no operation`);
    const bad = example.bad?.(world);
    const good = await call(operation, example.good(world));
    expect(good.status, `${id}: ${JSON.stringify(good.body)}`).toBe(operation.reply.status);
    example.made?.(world, Object(good.body));
    if (!bad) continue;
    const { status, body } = await call(operation, bad);
    expect([id, status, Object(body).code]).toEqual([id, ERRORS[bad.code].status, bad.code]);
  }
});

/** Fails where the document says otherwise, or nothing. */
async function judged(document: Document, operation: Operation, reply: Response) {
  const text = await reply.text();
  const said = documentedReply(document, operation, reply.status);
  if (said === null) throw new Error(`${operation.id} answers ${reply.status}: ${text}`);
  const where = `${operation.id} ${reply.status}`;
  expect(reply.headers.get('content-type')?.split(';')[0], where).toBe(said.media);
  for (const { name, required, schema } of said.headers) {
    const value = reply.headers.get(name);
    if (value === null) expect(required, `${where}: no ${name}`).toBe(false);
    else
      expect(schema.safeParse(value).error?.message, `${where}: ${name}: ${value}`).toBeUndefined();
  }
  const body: unknown = said.body ? JSON.parse(text) : null;
  expect(said.body?.safeParse(body).error?.message, where).toBeUndefined();
  if (reply.status >= 400) expect(said.description).toContain(`\`${Object(body).code}\``);
  return { status: reply.status, body };
}

test('whatever is asked under /api, the answer is a problem whose type can be read', async ({
  tree,
}) => {
  const { portalUrl, apiKey } = tree.demo;
  const page = await (await fetch(`${portalUrl}/errors`)).text();
  const key = { Authorization: `Bearer ${apiKey}` };
  const json = { 'Content-Type': 'application/json' };
  const asked: [string, string, RequestInit, number, string][] = [
    ['no path', '/api/v1/nothing', { headers: key }, 404, 'not_found'],
    ['no path, written to', '/api/v1/nothing', { method: 'POST', body: '{}' }, 404, 'not_found'],
    ['the root', '/api', {}, 404, 'not_found'],
    [
      'another method',
      '/api/v1/account',
      { method: 'PUT', headers: key },
      405,
      'method_not_allowed',
    ],
    ['no key', '/api/v1/account', {}, 401, 'unauthenticated'],
    [
      'no JSON',
      '/api/v1/csr-checks',
      { method: 'POST', headers: { ...key, ...json }, body: '{' },
      400,
      'invalid_request',
    ],
    [
      'a form',
      '/api/v1/csr-checks',
      { method: 'POST', headers: key, body: new URLSearchParams('csr=1') },
      415,
      'unsupported_media_type',
    ],
    [
      'too much',
      '/api/v1/csr-checks',
      { method: 'POST', headers: { ...key, ...json }, body: `"${'x'.repeat(150_000)}"` },
      413,
      'payload_too_large',
    ],
    [
      'a key of two words',
      '/api/v1/csr-checks',
      {
        method: 'POST',
        headers: { ...key, ...json, 'Idempotency-Key': 'two words' },
        body: '{"csr":"x"}',
      },
      400,
      'invalid_idempotency_key',
    ],
  ];
  for (const [what, path, init, status, code] of asked) {
    const reply = await fetch(`${portalUrl}${path}`, init);
    const problem = await reply.json();
    expect([what, reply.status, problem.code], JSON.stringify(problem)).toEqual([
      what,
      status,
      code,
    ]);
    expect(reply.headers.get('content-type'), what).toBe('application/problem+json');
    expect(reply.headers.get('x-request-id'), what).toBe(problem.requestId);
    expect(reply.headers.get('ratelimit'), what).toMatch(/^"[a-z-]+";r=\d+;t=\d+$/);
    expect(problem.type, what).toBe(`${portalUrl}/errors#${code}`);
    expect(page, what).toContain(`id="${code}"`);
  }
  const options = await fetch(`${portalUrl}/api/v1/account`, { method: 'OPTIONS' });
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  const head = await fetch(`${portalUrl}/api/v1/account`, { method: 'HEAD', headers: key });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

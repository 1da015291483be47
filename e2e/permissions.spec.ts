/** Row T19 against the running portal: keys, pages, server actions and addresses of those who may not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright/test';
import { DEPLOYMENT_PERMISSIONS, PERMISSIONS } from '@/lib/access/permissions';
import { OPERATIONS, type Operation, type OperationId } from '@/lib/contract/operations';
import { type Asked, type Sent, send } from './support/raw';
import { rest } from './support/rest';
import { newFolder, newRequest, operator } from './support/shell';
import { expect, signIn, test } from './support/test';
import type { Demo, Tree } from './support/tree';

test.use({ copy: 'permissions' });
test.describe.configure({ mode: 'serial' });

const COMMON_NAME = 'permissions.meridian.example';

type World = {
  accountId: string;
  certificateId: string;
  /** Of an account under the one that `above` is a key of. */
  certificateBelowId: string;
  personId: string;
  keys: Record<'read' | 'certificates' | 'enforcement' | 'foreign' | 'above' | 'suspended', string>;
};
let world: World;

test.beforeAll(async ({ tree }) => {
  const { demo, dataDir } = tree;
  const make = async (...words: string[]) => {
    const { code, stdout, stderr } = await operator(dataDir, words);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  };
  const keyOf = async (account: string, scopes: string): Promise<string> => {
    const words = ['--account', account, '--name', scopes, '--scopes', scopes];
    return String((await make('api-key', 'create', ...words)).key);
  };
  const api = rest(demo.portalUrl, demo.apiKey);
  const accountId = String((await api('GET', '/account')).json.id);
  const issue = async (key: string) => {
    const csr = await newRequest(newFolder(), 'permissions', `/CN=${COMMON_NAME}`);
    const body = { csr, environment: 'production' };
    const { json } = await rest(demo.portalUrl, key)('POST', '/certificates', body);
    return String(json.id);
  };
  await api('PUT', '/enforcement/production', { mode: 'observe' });
  const everything = 'read,certificates,enforcement';
  const above = await make('account', 'create', '--name', 'Meridian Holding');
  const local = ['--name', 'Meridian Local', '--parent', above.id];
  const below = await make('account', 'create', ...local);
  const suspended = await make('account', 'create', '--name', 'Gone Parcels');
  const people = await make('member', 'list', '--account', accountId);
  world = {
    accountId,
    certificateId: await issue(demo.apiKey),
    certificateBelowId: await issue(await keyOf(below.id, everything)),
    personId: String(people.find((one: { role: string }) => one.role === 'viewer').id),
    keys: {
      read: await keyOf(accountId, 'read'),
      certificates: await keyOf(accountId, 'certificates'),
      enforcement: await keyOf(accountId, 'enforcement'),
      foreign: demo.secondAccount.apiKey,
      above: await keyOf(above.id, everything),
      suspended: await keyOf(suspended.id, everything),
    },
  };
  await make('account', 'disable', '--id', suspended.id);
});

/** A body that is in order, so that nothing but the right is judged. The compiler wants a row of every operation. */
const BODIES: Record<OperationId, unknown> = {
  ...{ getAccount: null, getCertificate: null, getCertificateTraffic: null, getEnforcement: null },
  ...{ getOpenApi: null, getReadiness: null, listApiClientConnections: null, listApiClients: null },
  ...{ listAuditEvents: null, listCertificates: null, listPendingCertificates: null },
  ...{ listRefusals: null, exportAuditEvents: null, downloadCertificate: null },
  ...{ disableApiClient: null, confirmEnforcement: null },
  checkCsr: { csr: 'no request' },
  issueCertificate: { csr: 'no request', environment: 'production' },
  labelCertificate: { label: 'Taken' },
  renewCertificate: { reuseKey: true },
  setIdleRevocation: { days: 3 },
  revokeCertificate: { reason: 'superseded' },
  setEnforcement: { mode: 'off' },
  createApiClient: {
    ...{ accountId: 'acc_00000000000000000000000000', environment: 'sandbox', name: 'taken' },
  },
};

async function call(
  demo: Demo,
  id: OperationId,
  { key, certificateId }: { key: string | null; certificateId: string },
): Promise<Sent> {
  const { method, path }: Operation = OPERATIONS[id];
  const things = path.includes('api-clients') ? 'cli_00000000000000000000000000' : certificateId;
  const body = BODIES[id];
  return send(demo.portalUrl, {
    method,
    path: path.replace('{id}', things).replace('{environment}', 'production'),
    headers: {
      ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
      ...(body === null ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
  });
}

function codeOf({ body }: Sent): string {
  return body.startsWith('{') ? String(JSON.parse(body).code) : '';
}

test('T19, T24: no operation answers a key without its scope, of another account, of a parent, of a suspended one', async ({
  tree: { demo },
}) => {
  const rules = { ...PERMISSIONS, ...DEPLOYMENT_PERMISSIONS };
  const found: string[] = [];
  for (const { id, permission, path } of Object.values(OPERATIONS)) {
    if (permission === null) continue;
    const wanted = rules[permission].keyScope;
    const judge = async (who: keyof World['keys'] | 'nobody', expected: string) => {
      const sent = await call(demo, id, {
        key: who === 'nobody' ? null : world.keys[who],
        certificateId: who === 'above' ? world.certificateBelowId : world.certificateId,
      });
      const leaks = who !== 'read' && sent.body.includes(COMMON_NAME);
      const right = expected === 'anything' || codeOf(sent) === expected;
      if (leaks || !right || sent.status >= 500)
        found.push(`${id} ${who}: ${sent.status} ${sent.body}`);
    };
    await judge('nobody', 'unauthenticated');
    for (const scope of ['read', 'certificates', 'enforcement'] as const) {
      if (scope !== wanted) await judge(scope, 'forbidden');
    }
    const ofAccount = wanted !== 'operator';
    const named = path.includes('/certificates/{id}');
    const elsewhere = !ofAccount ? 'forbidden' : named ? 'not_found' : 'anything';
    await judge('foreign', elsewhere);
    await judge('above', elsewhere);
    await judge('suspended', ofAccount ? 'account_suspended' : 'forbidden');
  }
  expect(found).toEqual([]);
});

/** The cookies of a session, for requests that no browser would make. */
async function cookieOf(browser: Browser, demo: Demo, role: string): Promise<string> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, demo, role);
  const cookies = await context.cookies();
  await context.close();
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

const otherTenant = (demo: Demo): Demo => ({ ...demo, ...demo.secondAccount });

function pagesOf({ certificateId, personId }: World): string[] {
  const certificate = `/certificates/${certificateId}`;
  return [
    ...['/', '/certificates', '/enforcement', '/activity', '/members', `/members/${personId}`],
    ...[certificate, `${certificate}?tab=facts`, `${certificate}/revoke`, `${certificate}/renew`],
    ...[`${certificate}/download?format=pem`, '/activity/export', '/commands', '/permissions'],
  ];
}

const RSC = { RSC: '1', 'Next-Url': '/' };
const SUBREQUEST = ['middleware', 'src/middleware', 'proxy', `${'proxy:'.repeat(5)}proxy`];

test('T19: no page, in any form in which Next gives it, tells anything to nobody or to another account', async ({
  browser,
  tree: { demo },
}) => {
  const Cookie = await cookieOf(browser, otherTenant(demo), 'admin');
  const found: string[] = [];
  const judge = async (who: string, asked: Asked) => {
    const { status, location, body } = await send(demo.portalUrl, asked);
    const tells = ['Meridian Freight', COMMON_NAME, 'ines@meridian'].some((one) =>
      body.includes(one),
    );
    const refused = who !== 'nobody' || status !== 200 || location !== '';
    if (tells || status >= 500 || !refused) found.push(`${who} ${asked.path}: ${status}`);
  };
  for (const path of pagesOf(world)) {
    await judge('nobody', { path });
    for (const name of SUBREQUEST) {
      await judge('nobody', { path, headers: { 'x-middleware-subrequest': name } });
    }
    await judge('other', { path, headers: { Cookie } });
    await judge('other', { path, headers: { Cookie, ...RSC } });
    await judge('other', {
      path: `${path}${path.includes('?') ? '&' : '?'}_rsc=1`,
      headers: { Cookie, ...RSC },
    });
  }
  const { certificateId } = world;
  for (const path of [
    ...['/%2e%2e/certificates', '/x/%2e%2e/certificates', '//certificates', '/certificates//'],
    ...['/%2fcertificates', '/certificates%2f', '/%63ertificates', '/certificates/%2e%2e/members'],
    ...['/(portal)/certificates', '/%28portal%29/members', '/_next/data/x/certificates.json'],
    ...['/certificates.rsc', '/members.rsc', `/certificates/${certificateId}.rsc`, '/members.txt'],
  ]) {
    await judge('nobody, encoded', { path });
    await judge('other', { path, headers: { Cookie } });
    await judge('nobody, encoded', { path, headers: RSC });
  }
  expect(found).toEqual([]);
});

type ActionOnServer = { exportedName?: string; workers: Record<string, unknown> };

/** Every server action of the build, and a page that has it. */
function actions(): { id: string; name: string; path: string }[] {
  const file = join('.next', 'server', 'server-reference-manifest.json');
  const { node }: { node: Record<string, ActionOnServer> } = JSON.parse(readFileSync(file, 'utf8'));
  return Object.entries(node).map(([id, { exportedName = '', workers }]) => {
    const [page = ''] = Object.keys(workers);
    const path = page
      .replace(/^app|\/page$|\/\([^)]*\)/g, '')
      .replace('[id]', page.includes('members') ? world.personId : world.certificateId)
      .replace(/\[\w+\]/g, 'x');
    return { id, name: exportedName, path: path || '/' };
  });
}

/** Of an action: which arguments it takes, as Next writes it into the id. */
function argumentsOf(id: string): number {
  const mask = (Number.parseInt(id.slice(0, 2), 16) >> 1) & 0b111111;
  return mask.toString(2).replaceAll('0', '').length;
}

const BOUNDARY = 'x'.repeat(24);

/** A reply to the server as React encodes it: what is bound, a state, and a form with all that any action reads. */
function actionBody(id: string, path: string): string {
  const target = path.includes('enforcement')
    ? 'production'
    : (path.match(/\w{3}_\w{26}/)?.[0] ?? '');
  const given = [[], ['$K1'], [{}, '$K1'], [target, {}, '$K1']][argumentsOf(id)] ?? [];
  const fields = {
    ...{
      reason: 'superseded',
      confirmation: COMMON_NAME,
      label: 'Taken',
      mode: 'off',
      rule: 'drop',
    },
    ...{ given: 'owner', email: 'taken@harbor.example', id: world.certificateId, act: 'withdraw' },
    ...{ accountId: world.accountId, environment: 'production', minutes: '15', consent: 'on' },
    ...{ name: 'Taken', scopes: 'read', why: 'Taken over', typed: COMMON_NAME },
  };
  const part = (name: string, value: string) =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const parts = Object.entries(fields).map(([name, value]) => part(`_1_${name}`, value));
  return `${parts.join('')}${part('0', JSON.stringify(given))}--${BOUNDARY}--\r\n`;
}

function callBare(
  demo: Demo,
  { id, path, headers }: { id: string; path: string; headers: Record<string, string> },
): Promise<Sent> {
  return send(demo.portalUrl, {
    ...{ method: 'POST', path, body: actionBody(id, path) },
    headers: {
      ...{ 'Next-Action': id, 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` },
      ...{ Accept: 'text/x-component', Origin: demo.portalUrl, ...headers },
    },
  });
}

/** What the account's own key reads of it; signing in and asking are everybody's. */
async function stateOf({ demo, dataDir }: Tree): Promise<unknown> {
  const api = rest(demo.portalUrl, demo.apiKey);
  const events = (await api('GET', '/audit-events?limit=100')).json.items as { action: string }[];
  const people = await operator(dataDir, ['member', 'list', '--account', world.accountId]);
  return {
    certificates: (await api('GET', '/certificates')).json,
    enforcement: (await api('GET', '/enforcement/production')).json,
    people: JSON.parse(people.stdout),
    events: events.filter(({ action }) => !/^(session|person)\.|^member\.asked$/.test(action)),
  };
}

// What these change is the caller's own: a session, a membership.
const ON_ONESELF = ['signOutAction', 'leaveAction'];

test('T19: no server action, called bare, does anything for nobody, another account or a viewer', async ({
  browser,
  tree,
}) => {
  const { demo } = tree;
  const callers = {
    nobody: {},
    other: { Cookie: await cookieOf(browser, otherTenant(demo), 'admin') },
    viewer: { Cookie: await cookieOf(browser, demo, 'viewer') },
  };
  const before = await stateOf(tree);
  const told: string[] = [];
  const all = actions();
  expect(all.length).toBeGreaterThan(20);
  for (const { id, path } of all.filter(({ name }) => !ON_ONESELF.includes(name))) {
    for (const [who, headers] of Object.entries(callers)) {
      const { body } = await callBare(demo, { id, path, headers });
      if (who !== 'viewer' && body.includes('Meridian Freight')) told.push(`${who} ${id} ${path}`);
    }
  }
  expect(told).toEqual([]);
  expect(await stateOf(tree)).toEqual(before);

  // The very same call does something for who may.
  const rename = all.find(({ name }) => name === 'labelAction');
  const Cookie = await cookieOf(browser, demo, 'admin');
  await callBare(demo, { id: rename?.id ?? '', path: rename?.path ?? '', headers: { Cookie } });
  const api = rest(demo.portalUrl, demo.apiKey);
  const { json } = await api('GET', `/certificates/${world.certificateId}`);
  expect(json.label).toBe('Taken');
});

test('T19: a forged action id, and an action from another origin, reach no action', async ({
  tree: { demo },
}) => {
  const [known] = actions();
  const post = async (headers: Record<string, string>) =>
    send(demo.portalUrl, { method: 'POST', path: '/members', headers, body: '[]' });
  const own = { Origin: demo.portalUrl, 'Content-Type': 'text/plain;charset=UTF-8' };
  for (const id of [`60${'ab'.repeat(20)}`, 'constructor', '__proto__', 'x'.repeat(500)]) {
    const { status, body } = await post({ ...own, 'Next-Action': id });
    expect([400, 409], `${id}: ${body.slice(0, 200)}`).toContain(status);
  }
  const elsewhere = await post({
    ...own,
    Origin: 'https://evil.example',
    'Next-Action': known?.id ?? '',
  });
  expect(elsewhere.status).toBe(403);
});

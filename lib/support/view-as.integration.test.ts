import { afterAll, beforeAll, expect, it } from 'vitest';
import { PERMISSIONS, type Permission } from '@/lib/access/permissions';
import { authorize, authorizeDeployment, type Principal } from '@/lib/access/scope';
import { addStaff } from '@/lib/accounts/manage';
import { getAccount } from '@/lib/accounts/overview';
import { testCertificate } from '@/lib/activity/testing';
import { labelCertificate } from '@/lib/certificates/label';
import { revokeCertificate } from '@/lib/certificates/revoke';
import { authenticate } from '@/lib/identity/authenticate';
import { readSession, type SignedIn } from '@/lib/identity/read-session';
import { AppError } from '@/lib/kernel/errors';
import { acrossAccounts } from '@/lib/platform/database';
import { newId } from '@/lib/platform/random';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { endView, startView } from './view-as';

let portal: TestPortal;
let sessionId: string;
let personId: string;
let account: Awaited<ReturnType<TestPortal['newAccount']>>;

beforeAll(async () => {
  portal = await openTestPortal();
  account = await portal.newAccount();
  const email = 'sam@provider.example';
  const input = { email, name: 'Sam Support', role: 'support_lead' } as const;
  const made = await acrossAccounts(testScope, (tx) => addStaff(tx, testScope, input));
  // The one who looks is an owner there as well.
  await acrossAccounts(testScope, (tx) =>
    tx.membership.create({
      data: {
        id: newId('membership'),
        accountId: account.id,
        personId: made.id,
        role: 'owner',
        createdAt: new Date(),
      },
    }),
  );
  const facts = { requestId: 'test', address: '192.0.2.1', userAgent: null };
  const opened = await authenticate({ email, password: made.password }, facts);
  if (!opened) throw new Error('support could not sign in');
  sessionId = opened.sessionId;
  personId = made.id;
});
afterAll(() => portal.stop());

async function now(): Promise<SignedIn> {
  const read = await readSession(sessionId, 'test');
  if (!read) throw new Error('the session is over');
  return read;
}

async function viewing(reason = 'Case 4711: nothing arrives'): Promise<Principal> {
  await startView((await now()).principal, { sessionId, accountId: account.id, reason });
  return (await now()).principal;
}

const passes = (ask: () => unknown): 'passes' | string => {
  try {
    ask();
    return 'passes';
  } catch (error) {
    return error instanceof AppError ? error.code : 'threw';
  }
};

it('T19: whoever views an account as its customer may do what a viewer may, and nothing else, though an owner there', async () => {
  const principal = await viewing();
  const viewer = account.as('viewer');
  for (const permission of Object.keys(PERMISSIONS).filter(isPermission)) {
    expect([permission, passes(() => authorize(principal, permission))]).toEqual([
      permission,
      passes(() => authorize(viewer, permission)),
    ]);
  }
  for (const permission of [
    'support.look',
    'support.act',
    'support.approve',
    'fleet.read',
    'deployment.audit',
  ] as const) {
    expect(passes(() => authorizeDeployment(principal, permission))).toBe('forbidden');
  }
  await endView(principal, sessionId);
});

it('reads, and every use case that changes refuses and says why', async () => {
  const certificate = await testCertificate(account, 'Untouched');
  const principal = await viewing();
  expect((await getAccount(principal)).id).toBe(account.id);
  for (const change of [
    () => revokeCertificate(principal, certificate.id, 'superseded'),
    () => labelCertificate(principal, certificate.id, 'changed'),
    () => startView(principal, { sessionId, accountId: account.id, reason: 'once more' }),
  ]) {
    const refused = await change().then(
      () => null,
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'forbidden' });
    expect(String(refused)).toContain('as its customers do');
  }
  await endView(principal, sessionId);
});

it('is told to the account with its reason, and when it ended', async () => {
  const before = await eventsOf();
  const principal = await viewing('Case 4712: they see an empty list');
  expect((await now()).viewing).toMatchObject({ reason: 'Case 4712: they see an empty list' });
  expect(await endView(principal, sessionId)).toBe(account.id);
  expect(await endView(principal, sessionId)).toBeNull();
  const added = (await eventsOf()).slice(before.length);
  expect(added).toMatchObject([
    { action: 'support.view-started', detail: { why: 'Case 4712: they see an empty list' } },
    { action: 'support.view-ended' },
  ]);
  expect((await now()).staffRoles).toEqual(['support_lead']);
});

it('ends by itself, and when the person leaves support', async () => {
  await viewing();
  await acrossAccounts(testScope, (tx) =>
    tx.session.update({ where: { id: sessionId }, data: { viewUntil: new Date() } }),
  );
  expect((await now()).viewing).toBeNull();
  await viewing();
  await acrossAccounts(testScope, (tx) =>
    tx.person.update({ where: { id: personId }, data: { staffRole: null } }),
  );
  expect(await now()).toMatchObject({ viewing: null, staffRoles: [] });
});

it('asks for a reason, and for an account that exists', async () => {
  const support = { ...account.as('support'), account: null };
  for (const [accountId, reason, code] of [
    [account.id, ' x ', 'invalid_request'],
    ['acc_00000000000000000000000000', 'A good reason', 'not_found'],
    [{ id: 'x' }, 'A good reason', 'not_found'],
  ] as const) {
    await expect(startView(support, { sessionId, accountId, reason })).rejects.toMatchObject({
      code,
    });
  }
  await expect(
    startView(account.as('owner'), { sessionId, accountId: account.id, reason: 'A good reason' }),
  ).rejects.toMatchObject({ code: 'forbidden' });
});

function eventsOf() {
  return acrossAccounts(testScope, (tx) =>
    tx.auditEvent.findMany({ where: { chain: account.id }, orderBy: { sequence: 'asc' } }),
  );
}

function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text);
}

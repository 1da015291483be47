import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  count,
  refusal,
  report,
  testCertificate,
  testClient,
  testEdge,
} from '@/lib/activity/testing';
import type { FleetView } from '@/lib/contract/fleet';
import { setEnforcement } from '@/lib/enforcement/change';
import { DAY_MS } from '@/lib/kernel/time';
import { acrossAccounts } from '@/lib/platform/database';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { fleet } from './fleet';

let portal: TestPortal;
let account: Awaited<ReturnType<TestPortal['newAccount']>>;
let view: FleetView;

beforeAll(async () => {
  portal = await openTestPortal();
  account = await portal.newAccount();
  const edge = await testEdge('iad-1');
  await testEdge('new');
  const soon = await testCertificate(account, 'Ends soon');
  const { fingerprint } = await testCertificate(account, 'Ends later');
  const nameHash = await testClient(account.id, 'production');
  await acrossAccounts(testScope, (tx) =>
    tx.certificate.update({
      where: { id: soon.id },
      data: { notAfter: new Date(Date.now() + 3 * DAY_MS) },
    }),
  );
  await setEnforcement(account.as('admin'), 'production', { mode: 'observe' });
  await report(edge, {
    counts: [count({ fingerprint, nameHash, calls: 12 })],
    refusals: [
      refusal({ code: 'certificate_expired', fingerprint }),
      refusal({ code: 'certificate_required' }),
      refusal({ code: 'certificate_required' }),
    ],
  });
  view = await fleet({ ...account.as('operator'), account: null });
});
afterAll(() => portal.stop());

it('sums up what ends, by account and day', () => {
  expect(view.expiring).toMatchObject({ in7Days: 1, in30Days: 1 });
  expect(view.expiring.accounts).toMatchObject([
    { account: { id: account.id }, in7Days: 1, in30Days: 1, renewed: 0 },
  ]);
  expect(view.expiring.days.reduce((sum, day) => sum + day.certificates, 0)).toBe(1);
});

it('says who observes and could enforce, by the calls that edges counted', () => {
  expect(view.observing).toMatchObject([
    { account: { id: account.id }, environment: 'production', mtlsCalls: 12, ready: 'yes' },
  ]);
});

it('counts refusals by reason and hour, also those of nobody', () => {
  expect(view.refusals.reasons).toMatchObject([
    { code: 'certificate_required', calls: 2, accounts: 0 },
    { code: 'certificate_expired', calls: 1, accounts: 1 },
  ]);
  for (const { hourly, calls } of view.refusals.reasons) {
    expect(hourly).toHaveLength(view.refusals.hours.length);
    expect(hourly.reduce((sum, one) => sum + one, 0)).toBe(calls);
  }
});

it('names edges with their number, authorities with their days, the signer and every queue', () => {
  expect(view.edges.map(({ name, is }) => [name, is])).toContainEqual(['new', 'never came']);
  expect(view.edges.find(({ name }) => name === 'iad-1')).toMatchObject({ number: '0', lost: 0 });
  expect(view.issuers.map(({ state }) => state)).toEqual(['signs-authorities', 'issues', 'issues']);
  expect(view.health.map(({ name }) => name)).toEqual([
    'Signer',
    'Changes for edges',
    'Requests to sign',
    'Notices to write',
    'Mails to deliver',
  ]);
  expect(view.health[0]?.is).toBe('fine');
});

it('T19: is for staff, and for no customer', async () => {
  for (const role of ['owner', 'admin', 'manage_mtls', 'viewer'] as const) {
    await expect(fleet(account.as(role))).rejects.toMatchObject({ code: 'forbidden' });
  }
});

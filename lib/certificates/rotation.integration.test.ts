/** Traffic moves from a certificate to its renewal: what is told of it, and what is revoked by itself. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApiClient } from '@/lib/api-clients/manage';
import type { CertificateView } from '@/lib/contract/views';
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { createEdge } from '@/lib/publishing/edges';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { setIdleRevocation } from './idle-rule';
import { issueCertificate } from './issue';
import { certificateDetail, getCertificate } from './read';
import { renewCertificate } from './renew';
import { revokeCertificate } from './revoke';
import { revokeIdle } from './revoke-idle';
import { passedCalls } from './testing';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterEach(() => setClock(null));
afterAll(() => portal.stop());

type Account = Awaited<ReturnType<TestPortal['newAccount']>>;
const environment = 'production';
// A noon at which the CA of the test is there for sure, so that days fall where they are expected.
const start = (Math.floor(Date.now() / DAY_MS) + 2.5) * DAY_MS;
const at = (days: number) => new Date(start + days * DAY_MS);
const hourAfter = (hours: number) => at(hours / 24).toISOString();
const setTime = (days: number) => setClock({ now: () => at(days) });

async function rotating(days: number | null = 3) {
  setTime(-1);
  const account = await portal.newAccount();
  const old = await issueCertificate(account.key(), {
    csr: opensslCsr().csr,
    environment,
    label: 'ERP',
  });
  setTime(0);
  const next = await renewCertificate(account.as('admin'), old.id, {
    from: { kind: 'same key' },
    revokeOldWhenIdleDays: days,
  });
  const client = await createApiClient(testScope, {
    accountId: account.id,
    environment,
    name: `erp-${account.id.slice(-6)}`,
  });
  return { account, old, next, client };
}

const calls = (
  account: Account,
  made: { with: CertificateView; by: { id: string }; days: number; calls: number },
) =>
  passedCalls({
    accountId: account.id,
    certificate: made.with,
    apiClientId: made.by.id,
    at: at(made.days),
    calls: made.calls,
  });

const detailOf = (account: Account, { id }: CertificateView) =>
  certificateDetail(account.as('viewer'), id);
const statusOf = async (account: Account, { id }: CertificateView) =>
  (await getCertificate(account.as('viewer'), id)).status;

describe('a rotation', () => {
  it('is told on the page of either, from the first call to safe', async () => {
    const { account, old, next, client } = await rotating();
    await calls(account, { with: old, by: client, days: 0, calls: 100 });
    const states: string[] = [];
    const look = async (days: number) => {
      setTime(days);
      const [one, other] = [await detailOf(account, old), await detailOf(account, next)];
      expect(other.rotation).toEqual(one.rotation);
      states.push(one.rotation?.state ?? 'none');
      return one.rotation;
    };
    expect(await look(0.1)).toMatchObject({
      idleDays: 3,
      rule: { days: 3, by: 'Ines Duarte' },
      unit: 'hour',
    });
    await calls(account, { with: old, by: client, days: 0.5, calls: 62 });
    await calls(account, { with: next, by: client, days: 0.5, calls: 38 });
    expect(await look(1.1)).toMatchObject({ lately: { old: 62, next: 38 }, lagging: [] });
    await calls(account, { with: next, by: client, days: 2, calls: 99 });
    expect((await look(2.1))?.lately).toEqual({ old: 0, next: 99 });
    await calls(account, { with: next, by: client, days: 3.6, calls: 7 });
    const safe = await look(3.7);
    expect(states).toEqual(['waiting', 'moving', 'resting', 'safe']);
    expect(safe).toMatchObject({ unit: 'day', idleFrom: at(0.5).toISOString() });
    expect(safe?.points).toHaveLength(14);
    expect(safe?.points.slice(-4)).toMatchObject([
      { at: hourAfter(-7), old: 162, next: 38 },
      { at: hourAfter(17), old: 0, next: 0 },
      { at: hourAfter(41), old: 0, next: 99 },
      { at: hourAfter(65), old: 0, next: 7 },
    ]);
  });

  it('names an API client that was left behind, until a month has passed', async () => {
    const { account, old, next, client } = await rotating();
    const accountId = account.id;
    const name = `batch-${accountId.slice(-6)}`;
    const batch = await createApiClient(testScope, { accountId, environment, name });
    await calls(account, { with: old, by: batch, days: 0, calls: 1 });
    await calls(account, { with: next, by: client, days: 9, calls: 1 });
    setTime(9.1);
    expect((await detailOf(account, old)).rotation).toMatchObject({
      state: 'left-behind',
      lagging: [name],
    });
    await revokeIdle();
    expect(await statusOf(account, old)).toBe('live');
    setTime(31);
    expect((await detailOf(account, old)).rotation?.state).toBe('safe');
  });

  it('T19: is nobody else’s to see, and ends with the new one', async () => {
    const { account, old, next } = await rotating();
    const other = await portal.newAccount();
    await expect(detailOf(other, old)).rejects.toMatchObject({ code: 'not_found' });
    await revokeCertificate(account.key(), next.id, 'superseded');
    expect((await detailOf(account, old)).rotation).toBeNull();
  });
});

describe('what was asked to be revoked when idle', () => {
  it('is revoked once it is safe, by the system, with the rule in the audit trail and in the mail, once', async () => {
    const { account, old, next, client } = await rotating();
    await calls(account, { with: old, by: client, days: 1, calls: 5 });
    await calls(account, { with: next, by: client, days: 3.9, calls: 5 });
    setTime(4.5);
    await revokeIdle();
    expect(await statusOf(account, old)).toBe('live');
    await calls(account, { with: next, by: client, days: 4.6, calls: 5 });
    setTime(4.7);
    await Promise.all([revokeIdle(), revokeIdle()]);
    expect(await getCertificate(account.key(), old.id)).toMatchObject({
      status: 'revoked',
      revokedBy: 'Countersign, as Ines Duarte asked',
      revocationReason: 'superseded',
      slot: null,
    });
    expect(await statusOf(account, next)).toBe('live');
    const { events, notices } = await acrossAccounts(testScope, async (tx) => ({
      events: await tx.auditEvent.findMany({
        where: { chain: account.id, action: 'certificate.revoked' },
      }),
      notices: await tx.notice.findMany({
        where: { accountId: account.id, kind: 'certificate-revoked' },
      }),
    }));
    expect(events).toMatchObject([
      {
        actor: { kind: 'system', name: 'rotation' },
        detail: { idleDays: 3, askedBy: 'Ines Duarte', renewalId: next.id, reason: 'superseded' },
      },
    ]);
    expect(notices).toMatchObject([
      { data: { rule: { idleDays: 3, askedBy: 'Ines Duarte', renewalLabel: 'ERP' } } },
    ]);
  });

  it('stays while the new one is not seen, when the new one is gone, and when the rule was dropped', async () => {
    const unseen = await rotating();
    const gone = await rotating();
    const dropped = await rotating();
    for (const { account, next, client } of [gone, dropped]) {
      await calls(account, { with: next, by: client, days: 8, calls: 1 });
    }
    await revokeCertificate(gone.account.key(), gone.next.id, 'superseded');
    await setIdleRevocation(dropped.account.key(), dropped.old.id, null);
    setTime(9);
    await revokeIdle();
    for (const { account, old } of [unseen, gone, dropped]) {
      expect(await statusOf(account, old)).toBe('live');
    }
  });

  it('stays when its renewal has ended, since it would be the last live one', async () => {
    const { account, old, next, client } = await rotating(1);
    await calls(account, { with: next, by: client, days: 5, calls: 1 });
    await acrossAccounts(testScope, (tx) =>
      tx.certificate.update({ where: { id: next.id }, data: { notAfter: at(6) } }),
    );
    setTime(7);
    await revokeIdle();
    expect(await statusOf(account, old)).toBe('live');
  });

  it('waits while an edge is silent: calls may be there that it has not told', async () => {
    const { account, old, next, client } = await rotating(1);
    await calls(account, { with: next, by: client, days: 5, calls: 1 });
    const { id } = await createEdge(testScope, `edge ${account.id}`);
    const heard = (lastSeenAt: Date) =>
      acrossAccounts(testScope, (tx) => tx.edge.update({ where: { id }, data: { lastSeenAt } }));
    setTime(5);
    await heard(new Date(at(5).getTime() - 10 * MINUTE_MS));
    await revokeIdle();
    expect(await statusOf(account, old)).toBe('live');
    await heard(at(5));
    await revokeIdle();
    await acrossAccounts(testScope, (tx) => tx.edge.delete({ where: { id } }));
    expect(await statusOf(account, old)).toBe('revoked');
  });

  it('is left alone in a suspended account', async () => {
    const { account, old, next, client } = await rotating(1);
    await calls(account, { with: next, by: client, days: 5, calls: 1 });
    await acrossAccounts(testScope, (tx) =>
      tx.account.update({ where: { id: account.id }, data: { suspendedAt: at(4) } }),
    );
    setTime(5);
    await revokeIdle();
    const row = await acrossAccounts(testScope, (tx) =>
      tx.certificate.findUniqueOrThrow({ where: { id: old.id } }),
    );
    expect(row.revokedAt).toBeNull();
  });
});

describe('before a certificate is revoked', () => {
  it('the calls of the last 24 hours are counted, and whose they were', async () => {
    const { account, old, client } = await rotating();
    const accountId = account.id;
    const name = `nightly-${accountId.slice(-6)}`;
    const nightly = await createApiClient(testScope, { accountId, environment, name });
    setTime(3);
    expect((await detailOf(account, old)).use).toBeNull();
    await calls(account, { with: old, by: client, days: 1, calls: 1_000 });
    await calls(account, { with: old, by: client, days: 2.5, calls: 12 });
    await calls(account, { with: old, by: nightly, days: 2.9, calls: 400 });
    expect((await detailOf(account, old)).use).toMatchObject({
      calls: 412,
      by: [name, client.name],
    });
    setTime(4);
    expect((await detailOf(account, old)).use).toBeNull();
  });

  it('what stays live for a few days only is no way out where mTLS is enforced', async () => {
    const { account, old, next } = await rotating(null);
    expect((await detailOf(account, old)).shortage).toBeNull();
    await acrossAccounts(testScope, async (tx) => {
      await tx.certificate.update({ where: { id: next.id }, data: { notAfter: at(3) } });
      const enforced = { mode: 'enforce', changedAt: at(0), changedBy: 'Ines' };
      await tx.enforcement.create({ data: { accountId: account.id, environment, ...enforced } });
    });
    setTime(0.5);
    const { outage, shortage } = await detailOf(account, old);
    expect(outage).toBeNull();
    expect(shortage).toContain('ERP ends in 2 days');
    expect((await detailOf(account, next)).shortage).toBeNull();
  });
});

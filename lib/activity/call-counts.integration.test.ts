import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { onPostgres, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { certificateTraffic } from './certificate-traffic';
import { refusals } from './refused-calls';
import { count, refusal, report, success, testCertificate, testClient, testEdge } from './testing';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());
afterEach(() => setClock(null));

type Account = Awaited<ReturnType<TestPortal['newAccount']>>;

const rowsOf = (account: Account) =>
  acrossAccounts(testScope, (tx) =>
    tx.callCount.findMany({ where: { accountId: account.id }, orderBy: { hour: 'asc' } }),
  );

/** Noon, so that no test runs over the end of an hour or a day. */
const NOON = new Date('2026-11-21T12:30:00.000Z');
const ago = (ms: number) => new Date(NOON.getTime() - ms);

describe('counts of a report', () => {
  it('add up by the hour: what differs in nothing is one row', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const { id, fingerprint } = await testCertificate(account, 'ERP');
    const kind = { nameHash, fingerprint };
    await report(edge, { counts: [count({ ...kind, calls: 3, at: NOON })] });
    await report(edge, { counts: [count({ ...kind, calls: 4, at: ago(60_000) })] });
    await report(edge, { counts: [count({ ...kind, calls: 5, at: ago(HOUR_MS) })] });
    const rows = await rowsOf(account);
    expect(rows.map(({ hour, calls }) => [hour.toISOString(), calls])).toEqual([
      ['2026-11-21T11:00:00.000Z', 5n],
      ['2026-11-21T12:00:00.000Z', 7n],
    ]);
    expect(rows[1]).toMatchObject({
      certificateId: id,
      firstAt: ago(60_000),
      lastAt: NOON,
      network: '192.0.2.0/24',
    });
  });

  it('that is sent again is counted once, and the edge is heard all the same', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const twice = {
      reportId: randomUUID(),
      counts: [count({ nameHash, calls: 3 })],
      refusals: [refusal({ code: 'mtls_required', nameHash })],
    };
    await report(edge, twice);
    await report(edge, twice);
    expect((await rowsOf(account)).map(({ calls }) => calls)).toEqual([3n]);
    await report(edge, { ...twice, reportId: randomUUID() });
    expect((await rowsOf(account)).map(({ calls }) => calls)).toEqual([6n]);
    expect((await refusals(account.as('viewer'))).items).toHaveLength(1);
  });

  it('two copies at once, as after a time limit, are one', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const twice = { reportId: randomUUID(), counts: [count({ nameHash, calls: 3 })] };
    await Promise.all([report(edge, twice), report(edge, twice), report(edge, twice)]);
    expect((await rowsOf(account)).map(({ calls }) => calls)).toEqual([3n]);
  });

  it(`several edges at once add to the same rows${onPostgres ? '' : ', one after another here'}`, async () => {
    const account = await portal.newAccount();
    const edges = await Promise.all([1, 2, 3, 4].map(() => testEdge()));
    const nameHash = await testClient(account.id, 'production');
    const { id, fingerprint } = await testCertificate(account, 'ERP');
    const kinds = Array.from({ length: 20 }, (_, n) =>
      count({
        nameHash,
        fingerprint,
        network: `203.0.${n}.0/24`,
        at: NOON,
      }),
    );
    await Promise.all(
      edges.map(async (edge, turn) => {
        for (let n = 0; n < 5; n += 1) {
          const counts = turn % 2 === 0 ? kinds : kinds.toReversed();
          await report(edge, { reportId: randomUUID(), counts });
        }
      }),
    );
    const rows = await rowsOf(account);
    expect(rows).toHaveLength(20);
    expect(rows.map(({ calls }) => calls)).toEqual(rows.map(() => 20n));
    expect(rows.every((row) => row.certificateId === id)).toBe(true);
  });

  it('of an edge of an earlier version are taken from its calls', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const sourceAddress = '2001:db8:7:1::9';
    await report(edge, {
      successes: [success({ nameHash, listener: 'standard', count: 7, sourceAddress })],
      refusals: [refusal({ code: 'mtls_required', nameHash, listener: 'standard' })],
    });
    const rows = await rowsOf(account);
    const told = rows.map(({ outcome, evidence, network, calls }) => [
      outcome,
      evidence,
      network,
      calls,
    ]);
    expect(told.sort()).toEqual([
      ['mtls_required', 'unproved', '192.0.2.0/24', 1n],
      ['passed', 'unproved', '2001:db8:7::/48', 7n],
    ]);
  });

  it('with a certificate that nobody has belong to nobody, and one with the API client of another account does not name it', async () => {
    const [mine, theirs] = [await portal.newAccount(), await portal.newAccount()];
    const edge = await testEdge();
    const nameHash = await testClient(theirs.id, 'production');
    const { fingerprint } = await testCertificate(mine, 'ERP');
    await report(edge, {
      counts: [
        count({ fingerprint: 'ab'.repeat(32) }),
        count({ fingerprint, nameHash, outcome: 'wrong_account' }),
      ],
    });
    expect(await rowsOf(mine)).toMatchObject([{ outcome: 'wrong_account', apiClientId: null }]);
    expect(await rowsOf(theirs)).toEqual([]);
  });

  it('move the last use of a certificate on, and leave what was known of its TLS', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const { id, fingerprint } = await testCertificate(account, 'ERP');
    const first = success({ nameHash, fingerprint, at: ago(HOUR_MS).toISOString() });
    await report(edge, { successes: [first], counts: [] });
    await report(edge, { counts: [count({ nameHash, fingerprint, at: NOON })] });
    const traffic = await certificateTraffic(account.as('viewer'), id);
    expect(traffic).toMatchObject({
      firstSeenAt: ago(HOUR_MS).toISOString(),
      lastSeenAt: NOON.toISOString(),
    });
    const row = await acrossAccounts(testScope, (tx) =>
      tx.certificate.findUniqueOrThrow({ where: { id } }),
    );
    expect(row.lastSeenTls).toBe('TLSv1.3');
  });
});

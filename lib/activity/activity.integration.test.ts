import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { callsLately } from './calls-lately';
import { certificateTraffic } from './certificate-traffic';
import { apiClientConnections } from './connections';
import { passedCalls } from './passed-calls';
import { refusals } from './refused-calls';
import { count, refusal, report, testCertificate, testClient, testEdge } from './testing';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

/** Noon, so that no test runs over the end of an hour or a day. */
const NOON = new Date('2026-11-21T12:30:00.000Z');
const ago = (ms: number) => new Date(NOON.getTime() - ms);

/** For one question only: the rest of the portal goes by the same clock. */
async function atNoon<T>(work: () => Promise<T>): Promise<T> {
  setClock({ now: () => NOON });
  try {
    return await work();
  } finally {
    setClock(null);
  }
}

describe('certificateTraffic', () => {
  it('tells calls, refusals, share, days, API clients and networks', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production', `erp-${account.id}`);
    const [mine, other] = [
      await testCertificate(account, 'ERP'),
      await testCertificate(account, 'WMS'),
    ];
    const kind = { nameHash, fingerprint: mine.fingerprint };
    const standard = { nameHash, listener: 'standard', at: NOON } as const;
    await report(edge, {
      counts: [
        count({ ...kind, calls: 60, at: NOON }),
        count({ ...kind, calls: 5, at: NOON, network: '203.0.113.0/24', userAgent: 'erp/1' }),
        count({ ...kind, calls: 10, at: ago(3 * DAY_MS) }),
        count({ ...kind, calls: 100, at: ago(20 * DAY_MS) }),
        count({ ...kind, calls: 1_000, at: ago(40 * DAY_MS) }),
        count({ ...kind, calls: 2, at: ago(3 * DAY_MS), outcome: 'certificate_revoked' }),
        count({ fingerprint: other.fingerprint, nameHash, calls: 20, at: NOON }),
        count({ ...standard, calls: 5, evidence: 'answered' }),
        count({ ...standard, calls: 9_000, evidence: 'unproved' }),
        count({
          ...kind,
          environment: 'sandbox',
          calls: 7,
          at: NOON,
          outcome: 'wrong_environment',
        }),
      ],
    });
    const traffic = await atNoon(() => certificateTraffic(account.as('viewer'), mine.id));
    expect(traffic.passed).toEqual({ day: 65, week: 75, month: 175 });
    expect(traffic.refused).toEqual({ day: 7, week: 9, month: 9 });
    expect(traffic.share).toEqual({
      calls: 75,
      ofCalls: 100,
      others: [{ certificateId: other.id, label: 'WMS', calls: 20 }],
      withoutCertificate: 5,
    });
    expect(traffic.days).toHaveLength(30);
    expect(traffic.days[0]?.date).toBe('2026-10-23');
    expect(traffic.days.filter(({ passed, refused }) => passed + refused > 0)).toEqual([
      { date: '2026-11-01', passed: 100, refused: 0 },
      { date: '2026-11-18', passed: 10, refused: 2 },
      { date: '2026-11-21', passed: 65, refused: 7 },
    ]);
    expect(traffic.apiClients).toMatchObject([{ name: `erp-${account.id}`, calls: 175 }]);
    expect(traffic.networks).toMatchObject([
      { network: '192.0.2.0/24', calls: 170, userAgents: ['curl/8.14.1'] },
      { network: '203.0.113.0/24', calls: 5, userAgents: ['erp/1'] },
    ]);
  });

  it('of a certificate of another account is not found', async () => {
    const [mine, theirs] = [await portal.newAccount(), await portal.newAccount()];
    const { id } = await testCertificate(theirs, 'ERP');
    await expect(certificateTraffic(mine.as('admin'), id)).rejects.toThrow('not_found');
    await expect(certificateTraffic(mine.as('admin'), 'crt_no')).rejects.toThrow('not_found');
  });
});

describe('apiClientConnections', () => {
  it('tells how each connects, and keeps apart what anybody could have sent', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const hashes: Record<string, string> = {};
    for (const name of ['a-mtls', 'b-both', 'c-standard', 'd-typed', 'e-nothing']) {
      hashes[name] = await testClient(account.id, 'production', `${name}-${account.id}`);
    }
    const { fingerprint } = await testCertificate(account, 'ERP');
    const by = (name: string) => ({ nameHash: hashes[name] ?? null, at: ago(HOUR_MS) });
    const standard = { listener: 'standard', evidence: 'answered' } as const;
    await report(edge, {
      counts: [
        count({ ...by('a-mtls'), fingerprint, calls: 9 }),
        count({ ...by('b-both'), fingerprint, calls: 8 }),
        count({ ...by('b-both'), ...standard, calls: 2, userAgent: 'node', at: NOON }),
        count({ ...by('c-standard'), ...standard, calls: 4 }),
        count({
          ...by('c-standard'),
          ...standard,
          calls: 3,
          outcome: 'mtls_required',
          evidence: 'unproved',
        }),
        count({ ...by('d-typed'), listener: 'standard', evidence: 'unproved', calls: 500 }),
        count({ ...by('e-nothing'), fingerprint, at: ago(8 * DAY_MS) }),
      ],
    });
    const { items, days } = await atNoon(() =>
      apiClientConnections(account.as('viewer'), 'production'),
    );
    expect(days).toBe(7);
    const told = items.map((one) => [
      one.apiClient.name.replace(`-${account.id}`, ''),
      one.connects,
      [one.mtls, one.standard, one.unproved, one.refused].map(({ calls }) => calls),
    ]);
    expect(told).toEqual([
      ['a-mtls', 'mtls', [9, 0, 0, 0]],
      ['b-both', 'both', [8, 2, 0, 0]],
      ['c-standard', 'standard', [0, 4, 0, 3]],
      ['d-typed', 'nothing', [0, 0, 500, 0]],
      ['e-nothing', 'nothing', [0, 0, 0, 0]],
    ]);
    expect(items[1]).toMatchObject({ lastSeenAt: NOON.toISOString() });
    expect(items[1]?.userAgents).toMatchObject([
      { userAgent: 'curl/8.14.1', listener: 'mtls', proved: true, calls: 8 },
      { userAgent: 'node', listener: 'standard', proved: true, calls: 2 },
    ]);
    expect(items[3]).toMatchObject({ lastSeenAt: null, networks: [{ proved: false, calls: 500 }] });
    expect((await apiClientConnections(account.as('viewer'), 'sandbox')).items).toEqual([]);
  });
});

describe('callsLately', () => {
  it('tells each hour of seven days, with and without a certificate, and what was refused', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const { fingerprint } = await testCertificate(account, 'ERP');
    const standard = { nameHash, listener: 'standard' } as const;
    await report(edge, {
      counts: [
        count({ nameHash, fingerprint, calls: 9, at: NOON }),
        count({ nameHash, fingerprint, calls: 4, at: ago(6 * DAY_MS) }),
        count({ nameHash, fingerprint, calls: 100, at: ago(8 * DAY_MS) }),
        count({ ...standard, calls: 3, at: NOON, evidence: 'answered' }),
        count({ ...standard, calls: 700, at: NOON, evidence: 'unproved' }),
        count({ ...standard, calls: 2, at: NOON, evidence: 'unproved', outcome: 'mtls_required' }),
      ],
    });
    const calls = await atNoon(() => callsLately(account.as('viewer'), 'production'));
    expect(calls).toMatchObject({ mtls: 13, standard: 3, refused: 2 });
    expect(calls.points).toHaveLength(168);
    expect(calls.points.filter(({ passed, refused }) => passed + refused > 0)).toEqual([
      { at: '2026-11-15T12:00:00.000Z', passed: 4, refused: 0 },
      { at: '2026-11-21T12:00:00.000Z', passed: 12, refused: 2 },
    ]);
  });
});

describe('refusals', () => {
  it('come newest first, page by page, none twice and none left out, also at one instant', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const all = Array.from({ length: 25 }, (_, n) =>
      refusal({
        code: 'mtls_required',
        nameHash,
        at: ago(Math.floor(n / 10) * 1_000).toISOString(),
      }),
    );
    await report(edge, { refusals: all });
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page: Awaited<ReturnType<typeof refusals>> = await refusals(
        account.as('viewer'),
        {},
        { limit: 7, cursor: cursor ?? undefined },
      );
      seen.push(...page.items.map(({ requestId }) => requestId));
      if (cursor === undefined) {
        // Refused meanwhile: it is on no page that follows.
        const late = refusal({ code: 'mtls_required', nameHash, at: NOON.toISOString() });
        await report(edge, {
          refusals: [{ ...late, at: new Date(NOON.getTime() + 5).toISOString() }],
        });
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(25);
    expect(new Set(seen)).toEqual(new Set(all.map(({ requestId }) => requestId)));
  });

  it('are found by environment, code, certificate and API client', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const { id, fingerprint } = await testCertificate(account, 'ERP');
    await report(edge, {
      refusals: [
        refusal({ code: 'mtls_required', nameHash }),
        refusal({ code: 'certificate_revoked', fingerprint }),
        refusal({ code: 'wrong_environment', fingerprint, nameHash, environment: 'sandbox' }),
      ],
    });
    const codes = async (filters: Parameters<typeof refusals>[1]) =>
      (await refusals(account.as('viewer'), filters)).items.map(({ code }) => code).sort();
    const client = await acrossAccounts(testScope, (tx) =>
      tx.apiClient.findFirstOrThrow({ where: { accountId: account.id } }),
    );
    expect(await codes({ environment: 'sandbox' })).toEqual(['wrong_environment']);
    expect(await codes({ code: 'mtls_required' })).toEqual(['mtls_required']);
    expect(await codes({ certificate: id })).toEqual(['certificate_revoked', 'wrong_environment']);
    expect(await codes({ apiClient: client.id })).toEqual(['mtls_required', 'wrong_environment']);
  });

  it('refuses a cursor that was not given here', async () => {
    const account = await portal.newAccount();
    const page = { limit: 5, cursor: 'MTIz' };
    await expect(refusals(account.as('viewer'), {}, page)).rejects.toThrow('invalid_request');
  });
});

describe('T19: another account', () => {
  it('sees nothing of what was counted and refused', async () => {
    const [mine, theirs] = [await portal.newAccount(), await portal.newAccount()];
    const edge = await testEdge();
    const nameHash = await testClient(theirs.id, 'production');
    const { id, fingerprint } = await testCertificate(theirs, 'ERP');
    await report(edge, {
      counts: [count({ nameHash, fingerprint })],
      refusals: [refusal({ code: 'mtls_required', nameHash, fingerprint })],
    });
    const client = await acrossAccounts(testScope, (tx) =>
      tx.apiClient.findFirstOrThrow({ where: { accountId: theirs.id } }),
    );
    const filters = { certificate: id, apiClient: client.id };
    for (const wanted of [{}, filters]) {
      expect(await passedCalls(mine.as('admin'), wanted)).toEqual([]);
      expect((await refusals(mine.as('admin'), wanted)).items).toEqual([]);
    }
    expect((await apiClientConnections(mine.as('admin'), 'production')).items).toEqual([]);
    expect(await passedCalls(theirs.as('viewer'), filters)).toMatchObject([
      { certificate: { id, label: 'ERP' }, calls: 1, networks: ['192.0.2.0/24'] },
    ]);
  });

  it.each(['operator'] as const)('and %s may not ask', async (role) => {
    const account = await portal.newAccount();
    const who = account.as(role);
    await expect(refusals(who)).rejects.toThrow('forbidden');
    await expect(passedCalls(who)).rejects.toThrow('forbidden');
    await expect(apiClientConnections(who, 'production')).rejects.toThrow('forbidden');
    await expect(callsLately(who, 'production')).rejects.toThrow('forbidden');
    await expect(certificateTraffic(who, 'crt_no')).rejects.toThrow('forbidden');
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '@/lib/kernel/time';
import { acrossAccounts } from '@/lib/platform/database';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { forgetActivity } from './retention';
import { count, refusal, report, testClient, testEdge } from './testing';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);

async function kept(accountId: string) {
  return acrossAccounts(testScope, async (tx) => ({
    counts: await tx.callCount.count({ where: { accountId } }),
    refusals: await tx.refusedCall.count({ where: { accountId } }),
  }));
}

describe('retention', () => {
  it('removes what is older than the days set, and nothing else', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const refused = (days: number) =>
      refusal({ code: 'mtls_required', nameHash, at: daysAgo(days).toISOString() });
    await report(edge, {
      counts: [1, 29, 31, 200].map((days) => count({ nameHash, at: daysAgo(days) })),
      refusals: [1, 29, 31, 200].map(refused),
    });
    expect(await forgetActivity(testScope, { days: 30 })).toBe(4);
    expect(await kept(account.id)).toEqual({ counts: 2, refusals: 2 });
    expect(await forgetActivity(testScope, { days: 30 })).toBe(0);
  });

  it('is done in several transactions where there is much, by several portals at once', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    for (let batch = 0; batch < 10; batch += 1) {
      const counts = Array.from({ length: 500 }, (_, n) =>
        count({ nameHash, network: `${batch}.${n}`, at: daysAgo(100) }),
      );
      await report(edge, { counts });
    }
    await report(edge, { counts: [count({ nameHash })] });
    const gone = await Promise.all([1, 2, 3].map(() => forgetActivity(testScope, { days: 90 })));
    expect(gone.reduce((a, b) => a + b)).toBe(5_000);
    expect(await kept(account.id)).toMatchObject({ counts: 1 });
  });

  it('that is stopped goes no further than the transaction it is in', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    await report(edge, { counts: [count({ nameHash, at: daysAgo(100) })] });
    await forgetActivity(testScope, { days: 90, goOn: () => false });
    expect(await kept(account.id)).toMatchObject({ counts: 1 });
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { issueCertificate } from '@/lib/certificates/issue';
import { modeAt } from '@/lib/edge/mode';
import { setEnforcement } from '@/lib/enforcement/change';
import { enforcementNews } from '@/lib/enforcement/news';
import { getEnforcement } from '@/lib/enforcement/read';
import { endSuspension } from '@/lib/enforcement/suspension';
import { sweepEnforcement } from '@/lib/enforcement/sweep';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { snapshotContent } from '@/lib/publishing/queries';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { askForAct } from './ask';
import { approveAct, endAct } from './decide';
import { accountActs, readAct } from './list';
import { codeOf, staff } from './testing';

let portal: TestPortal;
let aheadMs = 0;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());
beforeEach(() => {
  aheadMs = 0;
  setClock({ now: () => new Date(Date.now() + aheadMs) });
});
afterEach(() => setClock(null));

const sam = staff('support', 'Sam Support');
const lena = staff('support_lead', 'Lena Lead');
const reason = 'Their CA bundle is broken, ticket 4712';
const ask = (accountId: string, minutes = 60) =>
  askForAct(sam, {
    accountId,
    reason,
    act: { kind: 'break-glass', environment: 'sandbox', minutes },
  });
const askedAndApproved = async (accountId: string) => {
  const { id } = await ask(accountId);
  await approveAct(lena, id, null);
  return id;
};
/** What edges are told: the mode so many seconds from now. */
const toldAfter = async (accountId: string, seconds: number[]) => {
  const { content } = await acrossAccounts(testScope, snapshotContent);
  const entry = [...content.accounts].find((one) => one.accountId === accountId);
  const now = (Date.now() + aheadMs) / SECOND_MS;
  return seconds.map((one) => modeAt(entry?.modes.sandbox ?? [], now + one));
};
const eventsOf = async (chain: string) => {
  const events = await acrossAccounts(testScope, (tx) =>
    tx.auditEvent.findMany({
      where: { chain, action: { startsWith: 'enforcement.susp' } },
      orderBy: { sequence: 'asc' },
    }),
  );
  return events.map(({ action, actor }) => [action, Object(actor).name]);
};
const noticesOf = async (accountId: string) => {
  const rows = await acrossAccounts(testScope, (tx) =>
    tx.notice.findMany({ where: { accountId, kind: { startsWith: 'suspension' } } }),
  );
  return rows.map(({ kind }) => kind).sort();
};

/** With one below it, to which its policy reaches. */
async function enforced() {
  const account = await portal.newAccount();
  await issueCertificate(account.key(), { csr: opensslCsr().csr, environment: 'sandbox' });
  await setEnforcement(account.as('admin'), 'sandbox', {
    ...{ mode: 'enforce', trialMinutes: 0 },
    override: { reason: 'test' },
  });
  return { account, below: await portal.newAccount({ parentId: account.id }) };
}

describe('break-glass', () => {
  it('is for what is enforced alone', async () => {
    const account = await portal.newAccount();
    expect(await codeOf(ask(account.id))).toBe('invalid_request');
  });

  it('edges are told of its end with its start, so it ends without a portal; accounts below are held as before', async () => {
    const { account, below } = await enforced();
    const { id } = await ask(account.id);
    expect(await toldAfter(account.id, [0])).toEqual(['enforce']);
    await approveAct(lena, id, null);
    const hour = 60 * 60;
    expect(await toldAfter(account.id, [0, hour / 2, hour + 1])).toEqual([
      'observe',
      'observe',
      'enforce',
    ]);
    expect(await toldAfter(below.id, [0, hour + 1])).toEqual(['enforce', 'enforce']);
    const view = await getEnforcement(account.as('viewer'), 'sandbox');
    expect(view).toMatchObject({ mode: 'enforce', suspension: { by: 'Sam Support' } });
    const news = await enforcementNews(account.as('viewer'));
    expect(news.items.find((one) => one.environment === 'sandbox')?.suspension).toEqual(
      view.suspension,
    );
    expect(await noticesOf(account.id)).toEqual(['suspension-started']);
  });

  it('reaches a policy of a parent, for the account below alone', async () => {
    const { account, below } = await enforced();
    await askedAndApproved(below.id);
    expect(await toldAfter(below.id, [0])).toEqual(['observe']);
    expect(await toldAfter(account.id, [0])).toEqual(['enforce']);
  });

  it('its end is written down once, whoever sweeps, and told', async () => {
    const { account } = await enforced();
    const id = await askedAndApproved(account.id);
    expect((await readAct(sam, id)).state).toBe('running');
    aheadMs = 61 * MINUTE_MS;
    expect((await readAct(sam, id)).state).toBe('ended');
    expect((await getEnforcement(account.as('viewer'), 'sandbox')).suspension).toBeNull();
    await Promise.all([sweepEnforcement(), sweepEnforcement()]);
    expect(await eventsOf(account.id)).toEqual([
      ['enforcement.suspended', 'Sam Support'],
      ['enforcement.suspension-ended', 'enforcement'],
    ]);
    expect(await noticesOf(account.id)).toEqual(['suspension-ended', 'suspension-started']);
    expect(await toldAfter(account.id, [0])).toEqual(['enforce']);
  });

  it("the customer's admin ends it, and a viewer does not", async () => {
    const { account } = await enforced();
    const id = await askedAndApproved(account.id);
    expect(await codeOf(endSuspension(account.as('viewer'), 'sandbox'))).toBe('forbidden');
    expect(await endSuspension(account.as('admin'), 'sandbox')).toEqual({ ended: true });
    expect(await endSuspension(account.as('admin'), 'sandbox')).toEqual({ ended: false });
    expect(await toldAfter(account.id, [0])).toEqual(['enforce']);
    expect(await readAct(sam, id)).toMatchObject({ state: 'ended', endedBy: 'Ines Duarte' });
  });

  it('support ends it, and it can then be asked for again', async () => {
    const { account } = await enforced();
    const id = await askedAndApproved(account.id);
    expect(await codeOf(ask(account.id))).toBe('invalid_request');
    await endAct(sam, id);
    expect(await codeOf(endAct(sam, id))).toBe('act_not_open');
    expect(await toldAfter(account.id, [0])).toEqual(['enforce']);
    await ask(account.id);
    const { standing, acts } = await accountActs(sam, account.id);
    expect(standing.enforced).toContainEqual({ environment: 'sandbox', suspendedUntil: null });
    expect(acts.map(({ state }) => state)).toEqual(['waiting', 'ended']);
  });

  it('lasts a day at most, whatever is asked of the database', async () => {
    const { account } = await enforced();
    await askedAndApproved(account.id);
    const longer = acrossAccounts(testScope, (tx) =>
      tx.enforcement.updateMany({
        where: { accountId: account.id },
        data: { suspendedUntil: new Date(Date.now() + 25 * 60 * MINUTE_MS) },
      }),
    );
    await expect(longer).rejects.toThrow();
  });
});

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { issueCertificate } from '@/lib/certificates/issue';
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { cancelSchedule } from './cancel';
import { setEnforcement } from './change';
import { policyFamily } from './family';
import { enforcementNews } from './news';
import { sweepEnforcement } from './sweep';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());
afterEach(() => setClock(null));

const override = { reason: 'nothing calls in a test' };

async function certified() {
  const account = await portal.newAccount();
  await issueCertificate(account.key(), { csr: opensslCsr().csr, environment: 'sandbox' });
  const sandbox = async () => {
    const { items } = await enforcementNews(account.as('viewer'));
    return items.find((one) => one.environment === 'sandbox');
  };
  return { admin: account.as('admin'), sandbox };
}

function goOn(ms: number): void {
  const at = Date.now() + ms;
  setClock({ now: () => new Date(at) });
}

it('a trial that went back by itself is told for a day, unless somebody changed the mode since', async () => {
  const { admin, sandbox } = await certified();
  await setEnforcement(admin, 'sandbox', { mode: 'observe' });
  await setEnforcement(admin, 'sandbox', { mode: 'enforce', override });
  expect(await sandbox()).toMatchObject({ mode: 'enforce', wentBack: null });
  expect((await sandbox())?.trial).toMatchObject({ before: 'observe' });
  goOn(16 * MINUTE_MS);
  await sweepEnforcement();
  expect(await sandbox()).toMatchObject({
    ...{ mode: 'observe', trial: null },
    wentBack: { to: 'observe' },
  });
  goOn(2 * DAY_MS);
  expect((await sandbox())?.wentBack).toBeNull();
  goOn(17 * MINUTE_MS);
  await setEnforcement(admin, 'sandbox', { mode: 'off' });
  expect((await sandbox())?.wentBack).toBeNull();
});

it('cancelling a schedule leaves the mode as it is, and without one changes nothing', async () => {
  const { admin, sandbox } = await certified();
  await setEnforcement(admin, 'sandbox', { mode: 'observe' });
  const at = new Date(Date.now() + DAY_MS);
  await setEnforcement(admin, 'sandbox', { mode: 'enforce', trialMinutes: 60, at, override });
  expect(await sandbox()).toMatchObject({
    schedule: { at: at.toISOString(), trialMinutes: 60, by: 'Ines Duarte' },
  });
  for (const _ of [1, 2]) {
    await cancelSchedule(admin, 'sandbox');
    expect(await sandbox()).toMatchObject({ mode: 'observe', schedule: null });
  }
});

it('names whose policy holds and to whom it reaches, by name alone, and to nobody else', async () => {
  const [grandparent, parent, stranger] = [
    await portal.newAccount(),
    await portal.newAccount(),
    await portal.newAccount(),
  ];
  await acrossAccounts(testScope, (tx) =>
    tx.account.update({ where: { id: parent.id }, data: { parentId: grandparent.id } }),
  );
  const child = await portal.newAccount({ parentId: parent.id });
  await setEnforcement(grandparent.as('admin'), 'sandbox', { mode: 'observe' });
  const nameOf = async ({ id }: { id: string }) =>
    acrossAccounts(testScope, async (tx) => {
      const { name } = await tx.account.findUniqueOrThrow({ where: { id } });
      return name;
    });
  expect(await policyFamily(child.as('viewer'))).toEqual({
    above: { production: [], sandbox: [await nameOf(grandparent)] },
    below: [],
  });
  await setEnforcement(parent.as('admin'), 'sandbox', { mode: 'observe' });
  const { above } = await policyFamily(child.as('viewer'));
  expect(above.sandbox).toEqual([await nameOf(parent), await nameOf(grandparent)]);
  const { below } = await policyFamily(grandparent.as('viewer'));
  expect(below.toSorted()).toEqual([await nameOf(parent), await nameOf(child)].toSorted());
  const nothing = { above: { production: [], sandbox: [] }, below: [] };
  expect(await policyFamily(stranger.as('viewer'))).toEqual(nothing);
});

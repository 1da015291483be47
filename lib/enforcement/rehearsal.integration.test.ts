import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { report, success, testClient, testEdge } from '@/lib/activity/testing';
import { issueCertificate } from '@/lib/certificates/issue';
import { modeAt } from '@/lib/edge/mode';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { snapshotContent } from '@/lib/publishing/queries';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { setEnforcement } from './change';
import { confirmEnforcement } from './confirm';
import { getEnforcement } from './read';
import { sweepEnforcement } from './sweep';

let portal: TestPortal;
let aheadMs = 0;
const now = () => new Date(Date.now() + aheadMs);
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());
beforeEach(() => {
  aheadMs = 0;
  setClock({ now });
});
afterEach(() => setClock(null));

const codeOf = (refused: Promise<unknown>) =>
  refused.then(
    () => 'not refused',
    (error: unknown) => String(Object(error).code),
  );

/** An account with one certificate in the sandbox, and what an edge says of a call with it. */
async function connected() {
  const account = await portal.newAccount();
  const { sha256Fingerprint: fingerprint } = await issueCertificate(account.key(), {
    csr: opensslCsr().csr,
    environment: 'sandbox',
  });
  const edge = await testEdge();
  const nameHash = await testClient(account.id, 'sandbox');
  const call = () =>
    report(edge, {
      successes: [
        success({ nameHash, fingerprint, environment: 'sandbox', at: now().toISOString() }),
      ],
    });
  return { account, admin: account.as('admin'), call };
}

const actionsOf = async (accountId: string) => {
  const events = await acrossAccounts(testScope, (tx) =>
    tx.auditEvent.findMany({
      where: { chain: accountId, action: { startsWith: 'enforcement.' } },
      orderBy: { sequence: 'asc' },
    }),
  );
  return events.map(({ action }) => action.replace('enforcement.', ''));
};

const noticesOf = async (accountId: string) => {
  const rows = await acrossAccounts(testScope, (tx) =>
    tx.notice.findMany({ where: { accountId, kind: { startsWith: 'enforcement' } } }),
  );
  return rows.map(({ kind }) => kind);
};

describe('T21: enforcement is rehearsed', () => {
  it('wants a call with a certificate in the last seven days, or a reason that is kept', async () => {
    const { account, admin, call } = await connected();
    expect(await codeOf(setEnforcement(admin, 'sandbox', { mode: 'enforce' }))).toBe(
      'no_recent_mtls_call',
    );
    await call();
    aheadMs = 8 * DAY_MS;
    expect(await codeOf(setEnforcement(admin, 'sandbox', { mode: 'enforce' }))).toBe(
      'no_recent_mtls_call',
    );
    const reason = 'the auditor comes today';
    const view = await setEnforcement(admin, 'sandbox', { mode: 'enforce', override: { reason } });
    expect(view.mode).toBe('enforce');
    const event = await acrossAccounts(testScope, (tx) =>
      tx.auditEvent.findFirstOrThrow({
        where: { chain: account.id, action: 'enforcement.trial-started' },
      }),
    );
    expect(event.detail).toMatchObject({ override: reason, minutes: 15 });
  });

  it('is confirmed only after a call under it, and a repeat changes nothing', async () => {
    const { account, admin, call } = await connected();
    await call();
    await setEnforcement(admin, 'sandbox', { mode: 'observe' });
    aheadMs = MINUTE_MS;
    const { trial } = await setEnforcement(admin, 'sandbox', { mode: 'enforce', trialMinutes: 5 });
    expect(trial).toMatchObject({ before: 'observe', provedAt: null });
    expect(await codeOf(confirmEnforcement(admin, 'sandbox'))).toBe('trial_unproved');
    aheadMs = 2 * MINUTE_MS;
    await call();
    expect((await getEnforcement(admin, 'sandbox')).trial?.provedAt).not.toBeNull();
    expect(await confirmEnforcement(admin, 'sandbox')).toMatchObject({
      mode: 'enforce',
      trial: null,
    });
    await confirmEnforcement(admin, 'sandbox');
    aheadMs = 60 * MINUTE_MS;
    await sweepEnforcement();
    expect((await getEnforcement(admin, 'sandbox')).mode).toBe('enforce');
    expect(await actionsOf(account.id)).toEqual(['changed', 'trial-started', 'confirmed']);
  });

  it('goes back at its instant: for readers and edges by the clock, in the records by the sweep', async () => {
    const { account, admin, call } = await connected();
    await call();
    await setEnforcement(admin, 'sandbox', { mode: 'observe' });
    const { trial } = await setEnforcement(admin, 'sandbox', { mode: 'enforce' });
    const endsAt = Date.parse(trial?.endsAt ?? '') / SECOND_MS;
    const { content } = await acrossAccounts(testScope, snapshotContent);
    const told = [...content.accounts].find((one) => one.accountId === account.id)?.modes.sandbox;
    expect([endsAt - 1, endsAt + 1].map((at) => modeAt(told ?? [], at))).toEqual([
      'enforce',
      'observe',
    ]);
    aheadMs = 15 * MINUTE_MS + 2 * SECOND_MS;
    expect(await getEnforcement(admin, 'sandbox')).toMatchObject({ mode: 'observe', trial: null });
    expect(await codeOf(confirmEnforcement(admin, 'sandbox'))).toBe('no_trial');
    await sweepEnforcement();
    await sweepEnforcement();
    expect(await actionsOf(account.id)).toEqual(['changed', 'trial-started', 'reverted']);
    expect(await noticesOf(account.id)).toContain('enforcement-reverted');
  });

  it('is gone back from by hand at once', async () => {
    const { admin, call } = await connected();
    await call();
    await setEnforcement(admin, 'sandbox', { mode: 'enforce' });
    expect(await setEnforcement(admin, 'sandbox', { mode: 'off' })).toMatchObject({
      mode: 'off',
      trial: null,
    });
  });

  it('starts by itself at the date asked for, after two reminders, and can be cancelled', async () => {
    const { account, admin, call } = await connected();
    await call();
    const at = new Date(Date.now() + 2 * DAY_MS);
    const asked = { mode: 'enforce' as const, at, trialMinutes: 30 };
    expect(await setEnforcement(admin, 'sandbox', asked)).toMatchObject({
      mode: 'off',
      schedule: { at: at.toISOString(), trialMinutes: 30, by: 'Ines Duarte' },
    });
    expect((await setEnforcement(admin, 'sandbox', { mode: 'off' })).schedule).toBeNull();
    await setEnforcement(admin, 'sandbox', asked);
    for (const left of [24 * 60, 60]) {
      aheadMs = 2 * DAY_MS - left * MINUTE_MS + SECOND_MS;
      await sweepEnforcement();
      await sweepEnforcement();
    }
    aheadMs = 2 * DAY_MS + SECOND_MS;
    await sweepEnforcement();
    expect((await getEnforcement(admin, 'sandbox')).trial).not.toBeNull();
    expect(await actionsOf(account.id)).toEqual([
      'scheduled',
      'schedule-cancelled',
      'scheduled',
      'trial-started',
    ]);
    const notices = await noticesOf(account.id);
    expect(notices.filter((kind) => kind === 'enforcement-scheduled')).toHaveLength(4);
  });

  it('asked for within the hour nobody is reminded of it', async () => {
    const { account, admin, call } = await connected();
    await call();
    const at = new Date(Date.now() + 30 * MINUTE_MS);
    await setEnforcement(admin, 'sandbox', { mode: 'enforce', at });
    await sweepEnforcement();
    expect(await noticesOf(account.id)).toEqual(['enforcement-scheduled']);
  });

  it('does not start at its date when nothing shows any more that it could connect, and says so', async () => {
    const { account, admin, call } = await connected();
    await call();
    const at = new Date(Date.now() + 20 * DAY_MS);
    await setEnforcement(admin, 'sandbox', { mode: 'enforce', at });
    aheadMs = 20 * DAY_MS + SECOND_MS;
    await sweepEnforcement();
    expect(await getEnforcement(admin, 'sandbox')).toMatchObject({ mode: 'off', schedule: null });
    expect(await noticesOf(account.id)).toContain('enforcement-not-started');
  });

  it.each([
    ['a date that is past', { mode: 'enforce', at: new Date(0) }],
    ['a date in a year', { mode: 'enforce', at: new Date(Date.now() + 365 * DAY_MS) }],
    ['a later end', { mode: 'off', at: new Date(Date.now() + DAY_MS) }],
    ['no trial and no reason', { mode: 'enforce', trialMinutes: 0 }],
  ] as const)('refuses %s, and changes nothing', async (_title, wish) => {
    const { account, admin, call } = await connected();
    await call();
    expect(await codeOf(setEnforcement(admin, 'sandbox', wish))).toBe('invalid_request');
    expect(await actionsOf(account.id)).toEqual([]);
  });

  it('a trial that ends is reverted once, however many portals see it', async () => {
    const { account, admin, call } = await connected();
    await call();
    await setEnforcement(admin, 'sandbox', { mode: 'enforce', trialMinutes: 1 });
    aheadMs = 2 * MINUTE_MS;
    await Promise.all(Array.from({ length: 5 }, sweepEnforcement));
    expect(await actionsOf(account.id)).toEqual(['trial-started', 'reverted']);
  });
});

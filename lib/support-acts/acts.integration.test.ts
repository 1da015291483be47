import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '@/lib/access/scope';
import { accountOverview } from '@/lib/accounts/overview';
import { issueCertificate } from '@/lib/certificates/issue';
import type { Act } from '@/lib/contract/support-acts';
import { setEnforcement } from '@/lib/enforcement/change';
import { HOUR_MS, MINUTE_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { newId } from '@/lib/platform/random';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { askForAct } from './ask';
import { sweepActs } from './carry-out';
import { approveAct, declineAct, withdrawAct } from './decide';
import { accountActs, approvalQueue, awaitingDecisionOf, readAct } from './list';
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
const reason = 'Asked for by phone, ticket 4711';
const ask = (accountId: string, act: Act, by = sam) => askForAct(by, { accountId, act, reason });
const issue = (account: { key(): Principal }) =>
  issueCertificate(account.key(), { csr: opensslCsr().csr, environment: 'sandbox' });
const eventsOf = (chain: string) =>
  acrossAccounts(testScope, (tx) =>
    tx.auditEvent.findMany({ where: { chain }, orderBy: { sequence: 'asc' } }),
  );
const noticesOf = async (accountId: string) => {
  const rows = await acrossAccounts(testScope, (tx) =>
    tx.notice.findMany({ where: { accountId } }),
  );
  return rows.map(({ kind }) => kind);
};

describe('who may ask and who may approve', () => {
  it('customers and operators ask for nothing, and support alone approves nothing', async () => {
    const account = await portal.newAccount();
    const act = { kind: 'suspend-account' } as const;
    for (const nobody of [account.as('owner'), account.as('admin'), staff('operator', 'Olaf')]) {
      expect(await codeOf(ask(account.id, act, nobody))).toBe('forbidden');
      expect(await codeOf(accountActs(nobody, account.id))).toBe('forbidden');
    }
    const { id } = await ask(account.id, act);
    for (const nobody of [
      account.as('owner'),
      sam,
      staff('support', 'Sue'),
      staff('operator', 'Olaf'),
    ]) {
      expect(await codeOf(approveAct(nobody, id, null))).toBe('forbidden');
      expect(await codeOf(declineAct(nobody, id, 'No.'))).toBe('forbidden');
    }
    expect((await readAct(sam, id)).state).toBe('waiting');
  });

  it('a lead approves nothing of their own, and another lead does', async () => {
    const account = await portal.newAccount();
    const { id } = await ask(account.id, { kind: 'suspend-account' }, lena);
    expect(await codeOf(approveAct(lena, id, null))).toBe('forbidden');
    expect((await readAct(lena, id)).may).toEqual({ decide: false, withdraw: true, end: false });
    await approveAct(staff('support_lead', 'Lars Lead'), id, null);
    expect((await readAct(lena, id)).state).toBe('done');
  });

  it('only who asked withdraws, and declining needs a word', async () => {
    const account = await portal.newAccount();
    const { id } = await ask(account.id, { kind: 'suspend-account' });
    expect(await codeOf(withdrawAct(lena, id))).toBe('forbidden');
    expect(await codeOf(declineAct(lena, id, ''))).toBe('invalid_request');
    await withdrawAct(sam, id);
    expect(await codeOf(approveAct(lena, id, null))).toBe('act_not_open');
    const again = await ask(account.id, { kind: 'suspend-account' });
    await declineAct(lena, again.id, 'They paid this morning.');
    const { acts } = await accountActs(sam, account.id);
    expect(acts.map(({ state, decisionNote }) => [state, decisionNote])).toEqual([
      ['declined', 'They paid this morning.'],
      ['withdrawn', null],
    ]);
  });
});

describe('the life of an act', () => {
  it('nothing happens before it is approved, and then once', async () => {
    const account = await portal.newAccount();
    const { id, isDone } = await ask(account.id, { kind: 'suspend-account' });
    expect(isDone).toBe(false);
    const { waiting } = await approvalQueue(lena);
    const queued = waiting.find(({ view }) => view.id === id);
    expect(queued?.view.may.decide).toBe(true);
    expect(queued?.standing?.suspendedAt).toBeNull();
    const awaited = await awaitingDecisionOf(lena);
    expect(awaited).toBe(waiting.filter(({ view }) => view.may.decide).length);
    expect(await awaitingDecisionOf(sam)).toBe(0);
    await approveAct(lena, id, null);
    expect(await awaitingDecisionOf(lena)).toBe(awaited - 1);
    expect(await codeOf(approveAct(staff('support_lead', 'Lars'), id, null))).toBe('act_not_open');
    const suspensions = (await eventsOf(account.id)).filter(
      ({ action }) => action === 'account.suspended',
    );
    expect(suspensions).toHaveLength(1);
    expect(suspensions[0]?.actor).toEqual(sam.actor);
    expect(suspensions[0]?.detail).toEqual({ reason, actId: id, approvedBy: 'Lena Lead' });
  });

  it('the same act waits once', async () => {
    const account = await portal.newAccount();
    const asked = await Promise.allSettled([
      ask(account.id, { kind: 'suspend-account' }),
      ask(account.id, { kind: 'suspend-account' }, lena),
    ]);
    expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('two leads who approve at once do it once', async () => {
    const account = await portal.newAccount();
    const { id } = await ask(account.id, { kind: 'live-limit', limit: 20 });
    const both = await Promise.allSettled([
      approveAct(lena, id, null),
      approveAct(staff('support_lead', 'Lars Lead'), id, null),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const changes = (await eventsOf(account.id)).map(({ action }) => action);
    expect(changes.filter((one) => one === 'account.live-limit-changed')).toHaveLength(1);
  });

  it('a question that nobody answered within a day lapses', async () => {
    const account = await portal.newAccount();
    const { id } = await ask(account.id, { kind: 'suspend-account' });
    aheadMs = 24 * HOUR_MS;
    expect(await codeOf(approveAct(lena, id, null))).toBe('act_not_open');
    expect((await readAct(sam, id)).state).toBe('lapsed');
  });

  it('a portal that died between approval and act: another does it, for as long as the approval is good', async () => {
    const [inTime, tooLate] = [await portal.newAccount(), await portal.newAccount()];
    for (const { id: accountId } of [inTime, tooLate]) {
      const { id } = await ask(accountId, { kind: 'suspend-account' });
      // What the first of the two transactions of an approval leaves.
      await acrossAccounts(testScope, (tx) =>
        tx.supportAct.update({
          where: { id },
          data: {
            decision: 'approved',
            decidedBy: { ...lena.actor },
            decidedAt: new Date(Date.now() - (accountId === tooLate.id ? 30 : 29) * MINUTE_MS),
          },
        }),
      );
    }
    await sweepActs();
    const stateOf = async (accountId: string) => (await accountActs(sam, accountId)).acts[0]?.state;
    expect([await stateOf(inTime.id), await stateOf(tooLate.id)]).toEqual(['done', 'expired']);
    const { standing } = await accountActs(sam, tooLate.id);
    expect(standing.suspendedAt).toBeNull();
  });

  it('what is no longer possible when it is approved says why, and changes nothing', async () => {
    const account = await portal.newAccount();
    const { id } = await ask(account.id, { kind: 'live-limit', limit: 12 });
    await acrossAccounts(testScope, (tx) =>
      tx.account.update({ where: { id: account.id }, data: { liveLimit: 12 } }),
    );
    await approveAct(lena, id, null);
    const act = await readAct(sam, id);
    expect([act.state, act.outcome.why]).toEqual([
      'failed',
      'The limit is 12 already. Nothing was changed.',
    ]);
  });
});

describe('what acts do', () => {
  it('suspending refuses whatever the account does next, and resuming lets it go on', async () => {
    const account = await portal.newAccount();
    const { id } = await ask(account.id, { kind: 'suspend-account' });
    await approveAct(lena, id, 'Agreed.');
    expect(await codeOf(issue(account))).toBe('account_suspended');
    expect(await ask(account.id, { kind: 'resume-account' })).toMatchObject({ isDone: true });
    await issue(account);
    expect(await noticesOf(account.id)).toEqual(
      expect.arrayContaining(['account-suspended', 'account-resumed']),
    );
  });

  it('a raised limit lets more be live; lowered below use nothing is revoked, and none is issued', async () => {
    const account = await portal.newAccount();
    for (let count = 0; count < 5; count += 1) await issue(account);
    expect(await codeOf(issue(account))).toBe('live_limit_reached');
    await ask(account.id, { kind: 'live-limit', limit: 6 });
    await issue(account);
    await ask(account.id, { kind: 'live-limit', limit: 2 });
    expect(await codeOf(issue(account))).toBe('live_limit_reached');
    const { slots, account: view } = await accountOverview(account.as('viewer'));
    expect([view.liveCount, view.liveLimit]).toEqual([6, 2]);
    expect(slots.map(({ kind }) => kind)).toEqual(Array.from({ length: 6 }, () => 'live'));
  });

  it('without the plan nothing new is issued or enforced, and what is live stays', async () => {
    const account = await portal.newAccount();
    const certificate = await issue(account);
    await ask(account.id, { kind: 'plan', plan: 'none' });
    expect(await codeOf(issue(account))).toBe('plan_required');
    const enforce = () =>
      setEnforcement(account.as('admin'), 'sandbox', {
        mode: 'enforce',
        override: { reason: 'test' },
      });
    expect(await codeOf(enforce())).toBe('plan_required');
    const { slots } = await accountOverview(account.as('viewer'));
    expect(slots[0]).toMatchObject({ kind: 'live', certificate: { id: certificate.id } });
    await ask(account.id, { kind: 'plan', plan: 'standard' });
    await issue(account);
    await enforce();
  });

  it('Manage mTLS is granted to who only reads, once, and to no stranger', async () => {
    const account = await portal.newAccount();
    const email = `priya-${account.id}@meridian.example`;
    await acrossAccounts(testScope, (tx) =>
      tx.person.create({
        data: {
          id: newId('person'),
          ...{ email, name: 'Priya Nair', passwordHash: 'none', createdAt: new Date() },
          memberships: {
            create: {
              ...{ id: newId('membership'), accountId: account.id, role: 'viewer' },
              createdAt: new Date(),
            },
          },
        },
      }),
    );
    const grant = (to: string, environment: 'sandbox' | 'production' | null = null) =>
      ask(account.id, { kind: 'grant-manage-mtls', email: to, environment });
    expect(await codeOf(grant('stranger@elsewhere.example'))).toBe('not_found');
    await grant(email.toUpperCase(), 'sandbox');
    expect(await codeOf(grant(email, 'sandbox'))).toBe('invalid_request');
    const one = (await accountActs(sam, account.id)).standing.members[0];
    expect(one).toMatchObject({ role: 'manage_mtls', environment: 'sandbox' });
    await grant(email, 'production');
    expect(await codeOf(grant(email))).toBe('invalid_request');
    const { standing } = await accountActs(sam, account.id);
    expect(standing.members).toEqual([
      { email, name: 'Priya Nair', role: 'manage_mtls', environment: null },
    ]);
  });
});

/** Sessions, passwords and the proof that somebody is still the one, on a real database. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { authorize } from '@/lib/access/scope';
import { HOUR_MS, MINUTE_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { authenticate } from './authenticate';
import { changePassword } from './change-password';
import { confirmItIsMe } from './confirm';
import { endOtherSessions, endOwnSession, listOwnSessions } from './own-sessions';
import { readSession } from './read-session';
import { isOpen, now, REQUEST, type Someone, someone } from './testing/people';

let portal: TestPortal;
let account: Awaited<ReturnType<TestPortal['newAccount']>>;
let ines: Someone;
const start = Date.now();
const at = (ms: number) => setClock({ now: () => new Date(start + ms) });

beforeAll(async () => {
  portal = await openTestPortal();
  account = await portal.newAccount();
  ines = await someone(account.id);
});
afterEach(() => setClock(null));
afterAll(() => portal.stop());

const mailsTo = (address: string) =>
  acrossAccounts(testScope, (tx) => tx.mail.findMany({ where: { address } }));

describe('T20: a session', () => {
  it('ends two hours after the last request of its person, whatever an open page asks by itself', async () => {
    at(0);
    const { sessionId } = await ines.signIn();
    at(1.9 * HOUR_MS);
    await now(sessionId);
    at(3.8 * HOUR_MS);
    expect(await readSession(sessionId, 'req_test', 'in the background')).not.toBeNull();
    at(3.9 * HOUR_MS + MINUTE_MS);
    expect(await isOpen(sessionId)).toBe(false);
  });

  it('ends twelve hours after signing in, however busy it is', async () => {
    at(0);
    const { sessionId } = await ines.signIn();
    for (let hour = 1; hour < 12; hour += 1) {
      at(hour * HOUR_MS);
      await now(sessionId);
    }
    at(12 * HOUR_MS);
    expect(await isOpen(sessionId)).toBe(false);
  });

  it('writes when it was last used at most once a minute', async () => {
    const seen = async (id: string) =>
      (
        await acrossAccounts(testScope, (tx) => tx.session.findUniqueOrThrow({ where: { id } }))
      ).lastSeenAt?.getTime();
    at(0);
    const { sessionId } = await ines.signIn();
    at(59_000);
    await now(sessionId);
    expect(await seen(sessionId)).toBe(start);
    at(60_000);
    await now(sessionId);
    expect(await seen(sessionId)).toBe(start + 60_000);
  });

  it('is shown to its person in words, this one first, and ended one by one or all but this', async () => {
    const other = await someone(account.id);
    const here = await other.signIn();
    const there = await other.signIn();
    const third = await other.signIn();
    const listed = await listOwnSessions(here);
    expect(listed.map(({ id }) => id).sort()).toEqual(
      [here.sessionId, there.sessionId, third.sessionId].sort(),
    );
    expect(listed[0]).toMatchObject({
      ...{ id: here.sessionId, current: 'yes', device: 'Firefox on Linux', address: '192.0.2.7' },
    });
    await endOwnSession(here, there.sessionId);
    expect(await isOpen(there.sessionId)).toBe(false);
    expect(await endOtherSessions(here)).toBe(1);
    expect(await isOpen(third.sessionId)).toBe(false);
    expect(await isOpen(here.sessionId)).toBe(true);
  });

  it("T19: of somebody else's is not there to be ended", async () => {
    const mine = await ines.signIn();
    const stranger = await (await someone(account.id)).signIn();
    await expect(endOwnSession(stranger, mine.sessionId)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await isOpen(mine.sessionId)).toBe(true);
  });

  it("opened by one account's identity provider reaches that account alone, and shows no other", async () => {
    const second = await portal.newAccount();
    const both = await someone(account.id);
    await acrossAccounts(testScope, (tx) =>
      tx.membership.create({
        data: {
          ...{ id: `mem_${both.id}`, accountId: second.id, personId: both.id, role: 'admin' },
          createdAt: new Date(),
        },
      }),
    );
    const whole = await both.signIn();
    const confined = await both.signIn({ method: 'sso', confinedTo: second.id });
    expect(whole.memberships).toHaveLength(2);
    expect(confined.memberships.map(({ accountId }) => accountId)).toEqual([second.id]);
    expect(await listOwnSessions(confined)).toHaveLength(1);
    await expect(
      changePassword(confined, { current: both.password, next: 'plum river sofa' }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(endOwnSession(confined, whole.sessionId)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('T20: a password', () => {
  it('is changed by who knows it, ends the other sessions, and its person is told', async () => {
    const person = await someone(account.id);
    const here = await person.signIn();
    const there = await person.signIn();
    const change = (current: string, next: string) => changePassword(here, { current, next });
    await expect(change('wrong', 'plum river sofa')).rejects.toThrow(/not right/);
    await expect(change(person.password, 'password1234')).rejects.toThrow(/guessed/);
    expect(await change(person.password, 'plum river sofa')).toEqual({ ended: 1 });
    expect(await isOpen(there.sessionId)).toBe(false);
    expect(await isOpen(here.sessionId)).toBe(true);
    const { email } = person;
    expect(await authenticate({ email, password: person.password }, REQUEST)).toBeNull();
    expect(await authenticate({ email, password: 'plum river sofa' }, REQUEST)).not.toBeNull();
    expect((await mailsTo(email)).map(({ subject }) => subject)).toEqual([
      'Your password was changed',
    ]);
  });
});

describe('T20: what hurts most', () => {
  it('asks a person who signed in more than 30 minutes ago to prove it is them, and believes it for 30 more', async () => {
    at(0);
    const { sessionId } = await ines.signIn();
    at(31 * MINUTE_MS);
    const later = await now(sessionId);
    expect(() => authorize(later.principal, 'certificates.revoke')).toThrow(
      expect.objectContaining({ code: 'reauthentication_required' }),
    );
    await expect(confirmItIsMe(later, 'wrong')).rejects.toMatchObject({ code: 'proof_refused' });
    await confirmItIsMe(later, ines.password);
    const confirmed = await now(sessionId);
    expect(authorize(confirmed.principal, 'certificates.revoke').accountId).toBe(account.id);
    at(62 * MINUTE_MS);
    const again = await now(sessionId);
    expect(() => authorize(again.principal, 'enforcement.change')).toThrow(
      expect.objectContaining({ code: 'reauthentication_required' }),
    );
  });
});

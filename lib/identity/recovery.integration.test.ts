/** Lost passwords, changed addresses and guessed ones, on a real database. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE_MS } from '@/lib/kernel/time';
import { openedWords } from '@/lib/mail/personal';
import { currentTime, setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { provePassword } from './authenticate';
import { askEmailChange, confirmEmailChange, emailOffered } from './change-email';
import { resetIsOpen, resetPassword, sendReset } from './reset-password';
import { isOpen, REQUEST, someone } from './testing/people';

const PASSWORD = 'plum river sofa';
let portal: TestPortal;
let account: Awaited<ReturnType<TestPortal['newAccount']>>;

beforeAll(async () => {
  portal = await openTestPortal();
  account = await portal.newAccount();
});
afterEach(() => setClock(null));
afterAll(() => portal.stop());

const mailsTo = (address: string) =>
  acrossAccounts(testScope, (tx) =>
    tx.mail.findMany({ where: { address }, orderBy: { id: 'asc' } }),
  );

/** The secrets of the links that went to an address, in the order they went. */
async function secretsTo(address: string): Promise<string[]> {
  return (await mailsTo(address)).flatMap(
    (mail) => /token=([\w-]+)/.exec(openedWords(mail).text)?.[1] ?? [],
  );
}

const proves = async (email: string, password: string, known: string[] = []) =>
  (await provePassword({ email, password }, REQUEST, known)) !== null;

describe('T20: a lost password', () => {
  it('is set anew by the link, once, within 30 minutes, and every session ends', async () => {
    const person = await someone(account.id);
    const { sessionId } = await person.signIn();
    await sendReset(` ${person.email.toUpperCase()} `, REQUEST);
    const [secret = ''] = await secretsTo(person.email);
    expect(await resetIsOpen(secret, 'req_test')).toBe(true);
    await expect(resetPassword({ secret, password: 'short' }, REQUEST)).rejects.toThrow(/12/);
    await resetPassword({ secret, password: PASSWORD }, REQUEST);
    expect(await isOpen(sessionId)).toBe(false);
    expect(await proves(person.email, PASSWORD)).toBe(true);
    expect(await resetIsOpen(secret, 'req_test')).toBe(false);
    await expect(resetPassword({ secret, password: 'another one here' }, REQUEST)).rejects.toThrow(
      /used/,
    );
    expect((await mailsTo(person.email)).map(({ subject }) => subject)).toEqual([
      'Set a new password',
      'Your password was changed',
    ]);
  });

  it('a link ends after 30 minutes, and when a newer one is sent; neither is in the database', async () => {
    const person = await someone(account.id);
    await sendReset(person.email, REQUEST);
    await sendReset(person.email, REQUEST);
    const [older = '', newer = ''] = await secretsTo(person.email);
    expect(await resetIsOpen(older, 'req_test')).toBe(false);
    expect(await resetIsOpen(newer, 'req_test')).toBe(true);
    const rows = await acrossAccounts(testScope, async (tx) => [
      await tx.mail.findMany(),
      await tx.proof.findMany(),
    ]);
    expect(JSON.stringify(rows)).not.toContain(newer);
    const later = new Date(currentTime().getTime() + 30 * MINUTE_MS);
    setClock({ now: () => later });
    expect(await resetIsOpen(newer, 'req_test')).toBe(false);
  });

  it('is asked for three times an hour, and of nobody who is not here', async () => {
    const person = await someone(account.id);
    for (let time = 0; time < 5; time += 1) await sendReset(person.email, REQUEST);
    expect(await mailsTo(person.email)).toHaveLength(3);
    await sendReset('nobody@meridian.example', REQUEST);
    expect(await mailsTo('nobody@meridian.example')).toHaveLength(0);
  });
});

describe('T20: a changed address', () => {
  it('counts once it was confirmed from the new one, and the old one is told', async () => {
    const person = await someone(account.id);
    const found = await person.signIn();
    const to = `new-${person.email}`;
    await askEmailChange(found, to);
    expect(await proves(person.email, person.password)).toBe(true);
    const [secret = ''] = await secretsTo(to);
    expect(await emailOffered(secret, 'req_test')).toBe(to);
    await confirmEmailChange(secret, REQUEST);
    expect(await proves(to, person.password)).toBe(true);
    expect(await proves(person.email, person.password)).toBe(false);
    const [told] = await mailsTo(person.email);
    expect(told?.text).toContain(`Your address was changed to ${to}`);
    await expect(confirmEmailChange(secret, REQUEST)).rejects.toThrow(/used/);
  });

  it("says nothing of whether an address is somebody's, and takes nobody's", async () => {
    const person = await someone(account.id);
    const other = await someone(account.id);
    const found = await person.signIn();
    await askEmailChange(found, other.email);
    expect(await mailsTo(other.email)).toHaveLength(0);
    const to = `late-${person.email}`;
    await askEmailChange(found, to);
    const [secret = ''] = await secretsTo(to);
    await acrossAccounts(testScope, (tx) =>
      tx.person.update({ where: { id: other.id }, data: { email: to } }),
    );
    await expect(confirmEmailChange(secret, REQUEST)).rejects.toMatchObject({
      code: 'link_over',
    });
  });
});

describe('T20: guessing', () => {
  it('makes others wait, longer each time, and not who signed in in this browser before', async () => {
    const person = await someone(account.id);
    let now = Date.now();
    setClock({ now: () => new Date(now) });
    const guess = (email: string, address: string) =>
      provePassword({ email, password: 'a wrong guess' }, { ...REQUEST, address });
    for (const email of [person.email, 'nobody@guess.example']) {
      for (let time = 0; time < 5; time += 1)
        expect(await guess(email, `10.0.0.${time}`)).toBeNull();
      // The same for who is here and who is not.
      await expect(guess(email, '10.0.1.1')).rejects.toMatchObject({
        ...{ code: 'rate_limited', retryAfterSeconds: 1 },
      });
    }
    await expect(proves(person.email, person.password)).rejects.toMatchObject({
      code: 'rate_limited',
    });
    expect(await proves(person.email, 'wrong', [person.id])).toBe(false);
    await expect(guess(person.email, '10.0.2.1')).rejects.toMatchObject({ retryAfterSeconds: 2 });
    expect(await proves(person.email, person.password, [person.id])).toBe(true);
    expect(await guess(person.email, '10.0.3.1')).toBeNull();
    now += MINUTE_MS;
    expect(await guess('nobody@guess.example', '10.0.3.1')).toBeNull();
  });
});

/** An authenticator app and recovery codes, on a real database. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addMember } from '@/lib/accounts/manage';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { requireSecondFactor } from './account-security';
import { authenticate } from './authenticate';
import {
  beginApp,
  ownFactors,
  proveByCode,
  removeApp,
  renewRecoveryCodes,
  turnOnApp,
} from './second-factor';
import { now, REQUEST, type Someone, someone } from './testing/people';

let portal: TestPortal;
let account: Awaited<ReturnType<TestPortal['newAccount']>>;
const start = Date.now();
const at = (seconds: number) => setClock({ now: () => new Date(start + seconds * 1000) });

beforeAll(async () => {
  portal = await openTestPortal();
  account = await portal.newAccount();
});
afterEach(() => setClock(null));
afterAll(() => portal.stop());

/** Somebody with an app, and the code it shows at a time. */
async function withApp(person: Someone) {
  at(0);
  const found = await person.signIn();
  await beginApp(found);
  const { app } = await ownFactors(found);
  if (app.state !== 'begun') throw new Error('the app was not begun');
  const totp = new TOTP({ secret: Secret.fromBase32(app.secret) });
  const code = (seconds: number) => totp.generate({ timestamp: start + seconds * 1000 });
  const codes = await turnOnApp(found, code(0));
  return { found, code, codes, secret: app.secret };
}

const prove = (personId: string, code: string) =>
  acrossAccounts(testScope, (tx) => proveByCode(tx, personId, code));

describe('T20: the second factor', () => {
  it('is on once a code was typed, is asked for from then on, and is not kept in the clear', async () => {
    const person = await someone(account.id);
    at(0);
    const found = await person.signIn();
    await beginApp(found);
    await expect(turnOnApp(found, '000000')).rejects.toMatchObject({ code: 'proof_refused' });
    expect(await authenticate(person, REQUEST)).not.toBeNull();
    const { codes, secret } = await withApp(person);
    expect(codes).toHaveLength(10);
    await expect(authenticate(person, REQUEST)).rejects.toMatchObject({
      code: 'second_factor_required',
    });
    expect(await authenticate({ ...person, password: 'wrong' }, REQUEST)).toBeNull();
    const row = await acrossAccounts(testScope, (tx) =>
      tx.person.findUniqueOrThrow({ where: { id: person.id }, include: { recoveryCodes: true } }),
    );
    expect(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? '' : value))).not.toMatch(
      new RegExp([secret, ...codes].join('|')),
    );
  });

  it('RFC 6238, 5.2: a code is taken once, and none before it', async () => {
    const person = await someone(account.id);
    const { code } = await withApp(person);
    expect(await prove(person.id, code(0))).toBeNull();
    at(60);
    expect(await prove(person.id, code(60))).toBe('app');
    expect(await prove(person.id, code(60))).toBeNull();
    expect(await prove(person.id, code(30))).toBeNull();
  });

  it('of two who come with one code at once, one gets in', async () => {
    const person = await someone(account.id);
    const { code } = await withApp(person);
    at(60);
    const ways = await Promise.all([prove(person.id, code(60)), prove(person.id, code(60))]);
    expect(ways.filter((way) => way === 'app')).toHaveLength(1);
  });

  it('recovery codes work once each, however they are typed, and new ones replace them', async () => {
    const person = await someone(account.id);
    const { found, codes } = await withApp(person);
    const [first = '', second = ''] = codes;
    expect(await prove(person.id, first.toUpperCase().replaceAll('-', ' '))).toBe('recovery code');
    expect(await prove(person.id, first)).toBeNull();
    expect((await ownFactors(found)).recoveryCodesLeft).toBe(9);
    const [fresh = ''] = await renewRecoveryCodes(found);
    expect(await prove(person.id, second)).toBeNull();
    expect(await prove(person.id, fresh)).toBe('recovery code');
    const stranger = await someone(account.id);
    expect(await prove(stranger.id, second)).toBeNull();
  });

  it('is guessed at five times a quarter of an hour', async () => {
    const person = await someone(account.id);
    await withApp(person);
    for (let guess = 0; guess < 5; guess += 1) {
      expect(await prove(person.id, `00000${guess}`)).toBeNull();
    }
    await expect(prove(person.id, '000009')).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('required by an account comes before everything else in it, and its last one stays', async () => {
    const strict = await portal.newAccount();
    const person = await someone(strict.id);
    const before = await person.signIn();
    expect(before.must).toBe('nothing');
    await expect(requireSecondFactor(strict.as('manage_mtls'), 'yes')).rejects.toMatchObject({
      code: 'forbidden',
    });
    await requireSecondFactor(strict.as('admin'), 'yes');
    const asked = await now(before.sessionId);
    expect(asked.must).toBe('set up a second factor');
    expect(asked.principal.roles).toEqual([]);
    expect(asked.can('certificates.read')).toBe(false);
    const { found } = await withApp(person);
    const after = await now(found.sessionId);
    expect(after).toMatchObject({ must: 'nothing', role: 'Admin' });
    await expect(removeApp(after)).rejects.toMatchObject({ code: 'second_factor_required' });
    const byProvider = await person.signIn({ method: 'sso', confinedTo: strict.id });
    expect(byProvider.must).toBe('nothing');
  });

  it('required by an account above comes before everything in those below, which are reached through it', async () => {
    const above = await portal.newAccount();
    const below = await portal.newAccount({ parentId: above.id });
    const person = await someone(above.id);
    const { sessionId } = await person.signIn();
    const turnTo = (accountId: string) =>
      acrossAccounts(testScope, (tx) =>
        tx.session.update({ where: { id: sessionId }, data: { accountId } }),
      );
    await turnTo(below.id);
    expect(await now(sessionId)).toMatchObject({ must: 'nothing', account: { id: below.id } });
    await requireSecondFactor(above.as('admin'), 'yes');
    const asked = await now(sessionId);
    expect(asked).toMatchObject({ must: 'set up a second factor', account: { id: below.id } });
    expect(asked.principal.roles).toEqual([]);
    expect((await ownFactors(asked)).requiredBy).toEqual(['Meridian Freight']);

    const elsewhere = await portal.newAccount();
    await acrossAccounts(testScope, (tx) =>
      addMember(tx, testScope, {
        ...{ accountId: elsewhere.id, email: person.email, name: person.name, role: 'viewer' },
      }),
    );
    await turnTo(elsewhere.id);
    expect(await now(sessionId)).toMatchObject({ must: 'nothing', role: 'Viewer' });
  });
});

/** Passkeys on a real database, with an authenticator of software that says what a test wants said. */
import { createServer } from 'node:http';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { newSecret } from '@/lib/platform/random';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { confirmByPasskey } from './confirm';
import { addPasskey, beginPasskey, passkeyChallenge, proveByPasskey } from './passkeys';
import type { SignedIn } from './read-session';
import { androidKey } from './testing/android-attestation';
import { newAuthenticator, type Said } from './testing/authenticator';
import { now, REQUEST, type Someone, someone } from './testing/people';

let portal: TestPortal;
let account: Awaited<ReturnType<TestPortal['newAccount']>>;
const start = Date.now();
const at = (ms: number) => setClock({ now: () => new Date(start + ms) });
const NOT_TAKEN = {
  code: 'proof_refused',
  detail: 'The passkey was not taken. Try again, or choose another way.',
};

beforeAll(async () => {
  portal = await openTestPortal();
  account = await portal.newAccount();
});
afterEach(() => setClock(null));
afterAll(() => portal.stop());

// An address of its own each: challenges are counted by address.
let asked = 0;
const challenge = (found: SignedIn | null = null) => {
  asked += 1;
  const address = `192.0.2.${asked}`;
  return passkeyChallenge({ ...REQUEST, address }, found);
};

const prove = (response: AuthenticationResponseJSON, found: SignedIn | null = null) =>
  acrossAccounts(testScope, (tx) => proveByPasskey(tx, { response, found }));

const rowOf = (credentialId: string) =>
  acrossAccounts(testScope, (tx) => tx.passkey.findUniqueOrThrow({ where: { credentialId } }));

/** Somebody with a passkey that was used once. */
async function withPasskey() {
  const person = await someone(account.id);
  const found = await person.signIn();
  const key = newAuthenticator();
  await addPasskey(found, { response: key.make(await beginPasskey(found)), name: 'Laptop' });
  await prove(key.answer(await challenge()));
  return { person, found, key };
}

/** Nothing of the passkey moved, and its owner still signs in with it. */
async function expectUntouched(
  { person, key }: Awaited<ReturnType<typeof withPasskey>>,
  work: () => Promise<unknown>,
) {
  const before = await rowOf(key.credentialId);
  await expect(work()).rejects.toMatchObject(NOT_TAKEN);
  expect(await rowOf(key.credentialId)).toEqual(before);
  expect(await prove(key.answer(await challenge()))).toMatchObject({ id: person.id });
}

const FALSE_ANSWERS: [string, Said][] = [
  ['7.2, step 11: made as a registration', { type: 'webauthn.create' }],
  ['7.2, step 12: to a challenge that nobody gave', { challenge: newSecret() }],
  ['7.2, step 13: at a page of another host', { origin: 'http://localhost.evil.example:3000' }],
  ['7.2, step 13: at another port', { origin: 'http://localhost:3001' }],
  ['7.2, step 13: under another scheme', { origin: 'https://localhost:3000' }],
  ['7.2, step 15: for another relying party', { rpId: 'evil.example' }],
  ['7.2, step 16: without anybody there', { present: 'no' }],
  ['7.2, step 17: without the person shown to be the one', { verified: 'no' }],
  ['7.2, step 22: whose count stands still, as that of a copy does', { signCount: 1 }],
  ['7.2, step 22: whose count is none any more', { signCount: 0 }],
];

describe('T20: an answer to sign in with (WebAuthn Level 3)', () => {
  it('that is right says who it is, and moves the count', async () => {
    const { person, key } = await withPasskey();
    expect(await prove(key.answer(await challenge()))).toEqual({
      ...{ id: person.id, name: person.name },
    });
    expect(await rowOf(key.credentialId)).toMatchObject({ signCount: 2n });
  });

  it.each(FALSE_ANSWERS)('%s is refused', async (_, said) => {
    const one = await withPasskey();
    await expectUntouched(one, async () => prove(one.key.answer(await challenge(), said)));
  });

  it('without a count at all, as synchronized passkeys have none, is taken each time', async () => {
    const { key } = await withPasskey();
    await acrossAccounts(testScope, (tx) =>
      tx.passkey.updateMany({ where: { credentialId: key.credentialId }, data: { signCount: 0 } }),
    );
    await prove(key.answer(await challenge(), { signCount: 0 }));
    await prove(key.answer(await challenge(), { signCount: 0 }));
  });

  it.each(['clientDataJSON', 'authenticatorData', 'signature'] as const)(
    '7.2, step 21: whose %s is of another answer is refused',
    async (part) => {
      const one = await withPasskey();
      const answers = await Promise.all(
        ['first', 'second'].map(async () => one.key.answer(await challenge())),
      );
      const [first, second] = answers;
      if (!first || !second) throw new Error('there are two');
      const mixed = { ...second.response, [part]: first.response[part] };
      await expectUntouched(one, () => prove({ ...second, response: mixed }));
    },
  );

  it('7.2, step 21: signed by another key under the same credential is refused', async () => {
    const one = await withPasskey();
    const other = newAuthenticator({ credentialId: one.key.credentialId });
    const { userHandle } = one.key.answer(await challenge()).response;
    const forged = other.answer(await challenge(), { signCount: 100 });
    await expectUntouched(one, () =>
      prove({ ...forged, response: { ...forged.response, ...(userHandle ? { userHandle } : {}) } }),
    );
  });

  it('7.2, step 6: that names another person than whose the passkey is is refused', async () => {
    const [one, two] = [await withPasskey(), await withPasskey()];
    const forged = one.key.answer(await challenge());
    const { userHandle } = two.key.answer(await challenge()).response;
    const response = { ...forged.response, ...(userHandle ? { userHandle } : {}) };
    await expectUntouched(one, () => prove({ ...forged, response }));
    const { id, rawId } = two.key.answer(await challenge());
    await expectUntouched(two, async () =>
      prove({ ...one.key.answer(await challenge()), id, rawId }),
    );
  });

  it('of a credential that nobody has here, or whose person was disabled, is refused', async () => {
    const unknown = newAuthenticator();
    await expect(prove(unknown.answer(await challenge()))).rejects.toMatchObject(NOT_TAKEN);
    const { person, key } = await withPasskey();
    await acrossAccounts(testScope, (tx) =>
      tx.person.update({ where: { id: person.id }, data: { disabledAt: new Date() } }),
    );
    await expect(prove(key.answer(await challenge()))).rejects.toMatchObject(NOT_TAKEN);
  });
});

describe('T20: a challenge (WebAuthn Level 3, 13.4.3)', () => {
  it('is answered once: an answer that is sent again is refused', async () => {
    const one = await withPasskey();
    const answer = one.key.answer(await challenge());
    await prove(answer);
    await expectUntouched(one, () => prove(answer));
    const again = await challenge();
    // A right answer without a count, so that nothing but the challenge tells the second from the first.
    await acrossAccounts(testScope, (tx) => tx.passkey.updateMany({ data: { signCount: 0 } }));
    await prove(one.key.answer(again, { signCount: 0 }));
    await expect(prove(one.key.answer(again, { signCount: 0 }))).rejects.toMatchObject(NOT_TAKEN);
  });

  it('is answered once by two at once, and of two answers with one count one is taken', async () => {
    const { key } = await withPasskey();
    const answer = key.answer(await challenge());
    const same = await Promise.allSettled([prove(answer), prove(answer)]);
    expect(same.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const challenges = [await challenge(), await challenge()];
    const copies = await Promise.allSettled(
      challenges.map((one) => prove(key.answer(one, { signCount: 50 }))),
    );
    expect(copies.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is good for five minutes', async () => {
    const { key } = await withPasskey();
    at(0);
    const [inTime, late] = [await challenge(), await challenge()];
    at(5 * MINUTE_MS - 1);
    await prove(key.answer(inTime));
    at(5 * MINUTE_MS);
    await expect(prove(key.answer(late))).rejects.toMatchObject(NOT_TAKEN);
  });

  it('for making a passkey is none for signing in', async () => {
    const one = await withPasskey();
    const offer = await beginPasskey(one.found);
    await expectUntouched(one, () => prove(one.key.answer(offer)));
  });

  it('is of the session that asked for it: of none for who signs in, of its own for who confirms', async () => {
    const one = await withPasskey();
    const other = await one.person.signIn();
    await expectUntouched(one, async () => prove(one.key.answer(await challenge(other))));
    const confirmed = async (asker: SignedIn | null) =>
      confirmByPasskey(one.found, JSON.stringify(one.key.answer(await challenge(asker))));
    await expect(confirmed(other)).rejects.toMatchObject(NOT_TAKEN);
    await expect(confirmed(null)).rejects.toMatchObject(NOT_TAKEN);
    await confirmed(one.found);
  });
});

describe('T20: a passkey that confirms', () => {
  it('does so for its own person in the session it was asked in, and for nobody else', async () => {
    at(0);
    const one = await withPasskey();
    const stranger = await withPasskey();
    at(31 * MINUTE_MS);
    const isRecent = async ({ sessionId }: SignedIn) =>
      beginPasskey(await now(sessionId)).then(
        () => 'yes',
        ({ code }) => code,
      );
    expect(await isRecent(one.found)).toBe('reauthentication_required');
    const text = (key: typeof one.key, options: Awaited<ReturnType<typeof challenge>>) =>
      JSON.stringify(key.answer(options));
    await expect(
      confirmByPasskey(one.found, text(stranger.key, await challenge(one.found))),
    ).rejects.toMatchObject({ code: 'proof_refused' });
    expect(await isRecent(one.found)).toBe('reauthentication_required');
    await confirmByPasskey(one.found, text(one.key, await challenge(one.found)));
    expect(await isRecent(one.found)).toBe('yes');
    expect(await isRecent(stranger.found)).toBe('reauthentication_required');
  });
});

const FALSE_REGISTRATIONS: [string, Said][] = [
  ['7.1, step 7: made as an answer to sign in with', { type: 'webauthn.get' }],
  ['7.1, step 8: to a challenge that nobody gave', { challenge: newSecret() }],
  ['7.1, step 9: at a page of another host', { origin: 'http://evil.example' }],
  ['7.1, step 9: at another port', { origin: 'http://localhost:3001' }],
  ['7.1, step 14: for another relying party', { rpId: 'evil.example' }],
  ['7.1, step 15: without anybody there', { present: 'no' }],
  ['7.1, step 16: without the person shown to be the one', { verified: 'no' }],
];

describe('T20: a new passkey (WebAuthn Level 3)', () => {
  const passkeysOf = (person: Someone) =>
    acrossAccounts(testScope, (tx) => tx.passkey.findMany({ where: { personId: person.id } }));

  it.each(FALSE_REGISTRATIONS)('%s is refused', async (_, said) => {
    const person = await someone(account.id);
    const found = await person.signIn();
    const key = newAuthenticator();
    const offer = await beginPasskey(found);
    const add = (lie: Said) =>
      addPasskey(found, { response: key.make(offer, lie), name: 'Laptop' });
    await expect(add(said)).rejects.toMatchObject(NOT_TAKEN);
    expect(await passkeysOf(person)).toEqual([]);
    await add({});
    expect(await passkeysOf(person)).toHaveLength(1);
  });

  it('to the challenge of another person, one that was used, or one to sign in with is refused', async () => {
    const [one, two] = [await someone(account.id), await someone(account.id)];
    const [found, others] = [await one.signIn(), await two.signIn()];
    const offer = await beginPasskey(found);
    const add = (said: Said = {}) =>
      addPasskey(found, { response: newAuthenticator().make(offer, said), name: 'Laptop' });
    const { challenge: foreign } = await beginPasskey(others);
    await expect(add({ challenge: foreign })).rejects.toMatchObject(NOT_TAKEN);
    const { challenge: toSignIn } = await challenge(found);
    await expect(add({ challenge: toSignIn })).rejects.toMatchObject(NOT_TAKEN);
    await add();
    await expect(add()).rejects.toMatchObject(NOT_TAKEN);
    expect(await passkeysOf(one)).toHaveLength(1);
  });

  it('is offered for five minutes', async () => {
    const person = await someone(account.id);
    at(0);
    const found = await person.signIn();
    const response = newAuthenticator().make(await beginPasskey(found));
    at(5 * MINUTE_MS);
    await expect(addPasskey(found, { response, name: 'Laptop' })).rejects.toMatchObject(NOT_TAKEN);
  });

  it('7.1, step 26: of a credential that is registered already is refused, to its own person too', async () => {
    const one = await withPasskey();
    const before = await rowOf(one.key.credentialId);
    const thief = await (await someone(account.id)).signIn();
    for (const found of [thief, one.found]) {
      const copy = newAuthenticator({ credentialId: one.key.credentialId });
      const response = copy.make(await beginPasskey(found));
      await expect(addPasskey(found, { response, name: 'Mine' })).rejects.toMatchObject(NOT_TAKEN);
    }
    expect(await rowOf(one.key.credentialId)).toEqual(before);
  });

  it('7.1, step 26: of two people who bring one credential at once, one has it', async () => {
    const people = await Promise.all([someone(account.id), someone(account.id)]);
    const sessions = await Promise.all(people.map((person) => person.signIn()));
    const { credentialId } = newAuthenticator();
    const responses = await Promise.all(
      sessions.map(async (found) => ({
        found,
        response: newAuthenticator({ credentialId }).make(await beginPasskey(found)),
      })),
    );
    const added = await Promise.allSettled(
      responses.map(({ found, response }) => addPasskey(found, { response, name: 'Mine' })),
    );
    const refused = added.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused).toEqual([expect.objectContaining(NOT_TAKEN)]);
  });

  it('T22: may say any make of itself, and no address that it names is asked for anything', async () => {
    let hits = 0;
    const canary = createServer((_, response) => {
      hits += 1;
      response.end();
    });
    await new Promise<void>((done) => canary.listen(0, '127.0.0.1', () => done()));
    const address = canary.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/list.crl`;
    const found = await (await someone(account.id)).signIn();
    const offer = await beginPasskey(found);
    const response = newAuthenticator().make(offer, {}, (given) => androidKey(given, url));
    await addPasskey(found, { response, name: 'Phone' });
    await new Promise((done) => canary.close(done));
    expect(hits).toBe(0);
  });
});

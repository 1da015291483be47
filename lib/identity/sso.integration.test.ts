/** Single sign-on against a real OpenID provider, on a real database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorize } from '@/lib/access/scope';
import { disableMember } from '@/lib/accounts/manage';
import { acrossAccounts, inScope } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { readSecurity, saveSso, verifyDomain } from './account-security';
import { provePassword } from './authenticate';
import { ssoForEmail } from './sso-choice';
import { type Connection, connectionById } from './sso-connections';
import { beginJourney, type Claims, endJourney } from './sso-provider';
import { confirmBySso, linkSso, signInBySso } from './sso-sign-in';
import { now, REQUEST, someone } from './testing/people';
import { startProvider, type TestProvider, throughProvider } from './testing/provider';

const CALLBACK = 'http://localhost:3000/sso/callback';
let portal: TestPortal;
let provider: TestProvider;

beforeAll(async () => {
  provider = await startProvider(CALLBACK);
  const { issuer, clientId, clientSecret } = provider;
  portal = await openTestPortal({ sso: { name: 'Test SSO', issuer, clientId, clientSecret } });
});
afterAll(async () => {
  await portal.stop();
  await provider.stop();
});

let accounts = 0;

/** An account whose own provider this is, with a verified domain and a role claim. */
async function accountWithSso(given: { verified: 'yes' | 'no' } = { verified: 'yes' }) {
  accounts += 1;
  const account = await portal.newAccount();
  const domain = `sso${accounts}.example`;
  const { issuer, clientId, clientSecret } = provider;
  await saveSso(account.as('admin'), {
    ...{ issuer, clientId, clientSecret, domain, roleClaim: 'groups' },
    ...{ adminValue: 'pki-admins', manageValue: 'pki' },
  });
  if (given.verified === 'yes') await verifyDomain(testScope, { account: account.id, domain });
  const { sso } = await readSecurity(account.as('viewer'));
  const connection = await acrossAccounts(testScope, (tx) => connectionById(tx, sso?.id ?? ''));
  if (!connection) throw new Error('the connection is not there');
  return { account, domain, connection };
}

async function claimsFor(
  connection: Connection,
  subject: string,
  said: Record<string, unknown>,
  proof: 'any' | 'fresh' = 'any',
): Promise<Claims> {
  provider.become(subject, said);
  const { url, journey } = await beginJourney(connection, proof);
  const query = await throughProvider(url, CALLBACK);
  return endJourney(connection, { query, journey, proof });
}

async function signInAs(connection: Connection, subject: string, said: Record<string, unknown>) {
  const claims = await claimsFor(connection, subject, said);
  return now((await signInBySso({ connection, claims }, REQUEST)).sessionId);
}

describe("T20: an account's own identity provider", () => {
  it('makes a member of that account, with the role its claim names or as Viewer, and reaches nothing else', async () => {
    const { account, domain, connection } = await accountWithSso();
    const email = `New.Person@${domain}`;
    const said = { email, email_verified: true, name: 'New Person' };
    const first = await signInAs(connection, 'sub-1', said);
    expect(first).toMatchObject({
      ...{ role: 'Viewer', confinedTo: account.id },
      person: { email: email.toLowerCase(), name: 'New Person' },
    });
    const promoted = await signInAs(connection, 'sub-1', { ...said, groups: ['x', 'pki-admins'] });
    expect(promoted).toMatchObject({ role: 'Admin', person: { id: first.person.id } });
    expect(promoted.memberships.map(({ accountId }) => accountId)).toEqual([account.id]);
    const password = { email: email.toLowerCase(), password: '' };
    expect(await provePassword(password, REQUEST)).toBeNull();
  });

  it('speaks for its verified domain alone, for addresses it vouches for, and for nobody who is here already', async () => {
    const { domain, connection } = await accountWithSso();
    const someoneHere = await someone((await portal.newAccount()).id);
    const refused = (subject: string, said: Record<string, unknown>) =>
      expect(signInAs(connection, subject, said)).rejects.toMatchObject({ code: 'forbidden' });
    await refused('s1', { email: `a@${domain}` });
    await refused('s2', { email: `a@${domain}`, email_verified: false });
    await refused('s3', { email: 'a@elsewhere.example', email_verified: true });
    await refused('s4', { email: `a@not-${domain}`, email_verified: true });
    await refused('s5', { email: someoneHere.email, email_verified: true });
    await refused('s6', {});
    const unverified = await accountWithSso({ verified: 'no' });
    await expect(
      signInAs(unverified.connection, 's7', {
        ...{ email: `a@${unverified.domain}`, email_verified: true },
      }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(await ssoForEmail(`x@${unverified.domain}`, REQUEST)).toBeNull();
    expect(await ssoForEmail(`x@${domain.toUpperCase()}`, REQUEST)).toMatchObject({
      connection: connection.id,
    });
  });

  it('[CVE-2022-35924] links to somebody who is here only when they are signed in and ask for it', async () => {
    const { account, domain, connection } = await accountWithSso();
    const person = await someone(account.id, { domain });
    const said = { email: person.email, email_verified: true };
    await expect(signInAs(connection, 'linked', said)).rejects.toThrow(/press Link/);
    const found = await person.signIn();
    await linkSso(found, { connection, claims: await claimsFor(connection, 'linked', said) });
    const signedIn = await signInAs(connection, 'linked', { email: 'changed@elsewhere.example' });
    expect(signedIn.person.id).toBe(person.id);
    const other = await (await someone(account.id)).signIn();
    const claims = await claimsFor(connection, 'linked', said);
    await expect(linkSso(other, { connection, claims })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const stranger = await (await someone((await portal.newAccount()).id)).signIn();
    const fresh = await claimsFor(connection, 'stranger', said);
    await expect(linkSso(stranger, { connection, claims: fresh })).rejects.toThrow(/no member/);
    await expect(linkSso(signedIn, { connection, claims: fresh })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('T19: whose a domain is, no account can say, even past every check of ours', async () => {
    const { account, connection } = await accountWithSso({ verified: 'no' });
    const scope = authorize(account.as('admin'), 'security.manage');
    await expect(
      inScope(
        scope,
        (tx) => tx.$executeRaw`UPDATE sso_connection SET verified_domain = domain
          WHERE id = ${connection.id}`,
      ),
    ).rejects.toThrow(/permission denied/);
    const other = await accountWithSso();
    await inScope(scope, async (tx) => {
      expect(await tx.ssoConnection.findUnique({ where: { id: other.connection.id } })).toBeNull();
    });
  });

  it('confirms that somebody is the one: as themselves, in the session it opened, and in no other', async () => {
    const { domain, connection } = await accountWithSso();
    const said = { email: `one@${domain}`, email_verified: true };
    const found = await signInAs(connection, 'one', said);
    const other = await signInAs(connection, 'two', { ...said, email: `two@${domain}` });
    const [proof, foreign] = [
      await claimsFor(connection, 'one', said, 'fresh'),
      await claimsFor(connection, 'two', said, 'fresh'),
    ];
    const before = new Date(0);
    await acrossAccounts(testScope, (tx) =>
      tx.session.updateMany({ data: { authenticatedAt: before } }),
    );
    const provedAt = async ({ sessionId }: typeof found) =>
      (await now(sessionId)).principal.authenticatedAt;
    await expect(confirmBySso(found, { connection, claims: foreign })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const elsewhere = (await accountWithSso()).connection;
    await expect(
      confirmBySso(found, { connection: elsewhere, claims: proof }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(await provedAt(found)).toEqual(before);
    await confirmBySso(found, { connection, claims: proof });
    expect(await provedAt(found)).not.toEqual(before);
    expect(await provedAt(other)).toEqual(before);
  });

  it('proves nothing for a session that it did not open and that reaches more', async () => {
    const { account, domain, connection } = await accountWithSso();
    const whole = await (await someone(account.id, { domain })).signIn();
    const said = { email: whole.person.email, email_verified: true };
    await linkSso(whole, { connection, claims: await claimsFor(connection, 'both', said) });
    const claims = await claimsFor(connection, 'both', said, 'fresh');
    await expect(confirmBySso(whole, { connection, claims })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('does not let somebody in again whom the account removed', async () => {
    const { account, domain, connection } = await accountWithSso();
    const said = { email: `gone@${domain}`, email_verified: true };
    const { person } = await signInAs(connection, 'gone', said);
    await disableMember(testScope, { accountId: account.id, email: person.email });
    await expect(signInAs(connection, 'gone', said)).rejects.toThrow(/no member/);
  });
});

describe('T20: the identity provider of the deployment', () => {
  it('makes nobody, and signs in wholly whom its identity was linked to', async () => {
    const connection = await acrossAccounts(testScope, (tx) => connectionById(tx, 'deployment'));
    if (!connection) throw new Error('there is none');
    const account = await portal.newAccount();
    const person = await someone(account.id);
    const said = { email: person.email, email_verified: true };
    await expect(signInAs(connection, 'staff', said)).rejects.toThrow(/press Link/);
    const claims = await claimsFor(connection, 'staff', said);
    await linkSso(await person.signIn(), { connection, claims });
    const found = await signInAs(connection, 'staff', said);
    expect(found).toMatchObject({ confinedTo: null, person: { id: person.id } });
    const elsewhere = await accountWithSso();
    await expect(signInAs(elsewhere.connection, 'staff', said)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('OpenID Connect Core', () => {
  it('3.1.3.7, 11 and RFC 9700, 2.1.1: state, nonce and code verifier are those of this journey', async () => {
    const { connection } = await accountWithSso();
    provider.become('someone', {});
    const { url, journey } = await beginJourney(connection, 'any');
    const query = await throughProvider(url, CALLBACK);
    const ended = (change: Partial<typeof journey>, asked = query) =>
      endJourney(connection, {
        ...{ query: asked, journey: { ...journey, ...change }, proof: 'any' },
      });
    await expect(ended({ state: 'another' })).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(ended({ verifier: 'v'.repeat(43) })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    const again = await beginJourney(connection, 'any');
    const back = await throughProvider(again.url, CALLBACK);
    await expect(
      endJourney(connection, {
        ...{ query: back, journey: { ...again.journey, nonce: 'another' }, proof: 'any' },
      }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(ended({}, { error: 'access_denied', state: journey.state })).rejects.toThrow(
      /did not sign you in/,
    );
  });

  it('Discovery, 4.3: a provider that calls itself otherwise than it was asked is not believed', async () => {
    const { connection } = await accountWithSso();
    const issuer = connection.issuer.replace('localhost', '127.0.0.1');
    await expect(beginJourney({ ...connection, issuer }, 'any')).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  it('T22: a secret is kept sealed, and is not sent to an issuer it was not given for', async () => {
    const { account } = await accountWithSso();
    const rows = await acrossAccounts(testScope, (tx) => tx.ssoConnection.findMany());
    expect(JSON.stringify(rows)).not.toContain(provider.clientSecret);
    const change = {
      ...{ clientId: 'portal', clientSecret: '', domain: null, roleClaim: null },
      ...{ adminValue: null, manageValue: null },
    };
    await expect(
      saveSso(account.as('admin'), { ...change, issuer: 'http://localhost:1' }),
    ).rejects.toThrow(/client secret/);
    await expect(
      saveSso(account.as('admin'), { ...change, issuer: 'https://192.168.1.1', clientSecret: 's' }),
    ).rejects.toThrow(/public internet/);
    await expect(
      saveSso(account.as('manage_mtls'), { ...change, issuer: provider.issuer }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(deployment().sso?.issuer).toBe(provider.issuer);
  });
});

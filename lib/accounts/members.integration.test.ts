import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemberRole } from '@/lib/access/permissions';
import type { Principal } from '@/lib/access/scope';
import { readSession } from '@/lib/identity/read-session';
import { AppError } from '@/lib/kernel/errors';
import { openedWords } from '@/lib/mail/personal';
import { acrossAccounts } from '@/lib/platform/database';
import { newId } from '@/lib/platform/random';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { acceptAsNewPerson, acceptAsSignedIn, findInvitation } from './accept';
import { invite, listInvitations, sendInvitationAgain, withdrawInvitation } from './invitations';
import { addMember } from './manage';
import { changeMember, leaveAccount, listMembers, removeMember } from './members';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

const PASSWORD = 'four words in a row';
const both = { environment: null };
let number = 0;

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
}

/** A member with a session, read as every request reads it. */
async function newMember(accountId: string, role: MemberRole) {
  number += 1;
  const email = `${role}-${number}@meridian.example`;
  const member = { accountId, email, name: `${role} ${number}`, role };
  const { id } = await acrossAccounts(testScope, (tx) => addMember(tx, testScope, member));
  return { id, email, name: member.name, ...(await session(id, accountId)) };
}

async function session(personId: string, accountId: string | null) {
  const id = newId('session');
  const now = new Date();
  const expiresAt = new Date(now.getTime() + 3_600_000);
  const times = { createdAt: now, expiresAt, lastSeenAt: now, authenticatedAt: now };
  await acrossAccounts(testScope, (tx) =>
    tx.session.create({ data: { id, personId, accountId, ...times } }),
  );
  const read = () => readSession(id, 'req_test');
  return {
    read,
    async principal(): Promise<Principal> {
      const found = await read();
      if (!found) throw new Error('the session ended');
      return found.principal;
    },
  };
}

async function newTeam() {
  const account = await portal.newAccount();
  const owner = await newMember(account.id, 'owner');
  const admin = await newMember(account.id, 'admin');
  const viewer = await newMember(account.id, 'viewer');
  return { account, owner, admin, viewer };
}

/** The link as the mail to an address has it, newest first. */
async function tokensTo(address: string): Promise<string[]> {
  const mails = await acrossAccounts(testScope, (tx) =>
    tx.mail.findMany({ where: { address }, orderBy: { id: 'desc' } }),
  );
  return mails.map((mail) => /\/invitation\/(\S+)/.exec(openedWords(mail).text)?.[1] ?? '');
}

describe('an invitation', () => {
  it('makes a person and a member of whoever reads the mail, once', async () => {
    const { account, admin } = await newTeam();
    const email = `new-${account.id}@meridian.example`;
    const given = { role: 'manage_mtls', environment: 'sandbox' } as const;
    await invite(await admin.principal(), { email, ...given });
    const [token] = await tokensTo(email);
    expect(await findInvitation(token, 'req_1')).toMatchObject({
      state: 'open',
      reader: 'new',
      accountName: 'Meridian Freight',
      invitation: { email, ...given },
    });
    const person = { name: 'Noor Haddad', password: PASSWORD };
    const joined = await acceptAsNewPerson(token, person, 'req_1');
    expect(joined).toMatchObject({ accountId: account.id, email });
    const { read } = await session(joined.personId, null);
    expect(await read()).toMatchObject({
      role: 'Manage mTLS, sandbox',
      account: { id: account.id },
      principal: { roles: ['manage_mtls'], actsIn: 'sandbox' },
    });
    expect(await codeOf(acceptAsNewPerson(token, person, 'req_1'))).toBe('invitation_over');
    expect(await findInvitation(token, 'req_1')).toMatchObject({ state: 'over', why: 'used' });
    expect(await listInvitations(await admin.principal())).toEqual([]);
  });

  it('is kept as a hash; the mail in the database is sealed', async () => {
    const { account, owner } = await newTeam();
    const email = `sealed-${account.id}@meridian.example`;
    await invite(await owner.principal(), { email, role: 'viewer', ...both });
    const [token = ''] = await tokensTo(email);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const kept = await acrossAccounts(testScope, async (tx) => [
      await tx.invitation.findMany(),
      await tx.mail.findMany(),
      (await tx.auditEvent.findMany()).map(({ detail }) => detail),
    ]);
    expect(JSON.stringify(kept)).not.toContain(token);
  });

  it('to somebody else does nothing for who is signed in; to oneself it joins', async () => {
    const one = await newTeam();
    const other = await newTeam();
    const { viewer } = other;
    await invite(await one.owner.principal(), { email: viewer.email, role: 'admin', ...both });
    const [token] = await tokensTo(viewer.email);
    expect(await codeOf(acceptAsSignedIn(token, other.admin, 'req_1'))).toBe('forbidden');
    expect(await codeOf(acceptAsNewPerson(token, { name: 'X', password: PASSWORD }, 'req_1'))).toBe(
      'address_in_use',
    );
    await acceptAsSignedIn(token, viewer, 'req_1');
    expect((await viewer.read())?.memberships.map((reached) => reached.accountId)).toEqual([
      other.account.id,
      one.account.id,
    ]);
  });

  it('never lowers the role of who is a member by now', async () => {
    const { account, owner, admin } = await newTeam();
    const email = `soon-${account.id}@meridian.example`;
    await invite(await admin.principal(), { email, role: 'viewer', ...both });
    const [token] = await tokensTo(email);
    const input = { accountId: account.id, email, name: 'Soon', role: 'owner' as const };
    const { id } = await acrossAccounts(testScope, (tx) => addMember(tx, testScope, input));
    expect(await codeOf(acceptAsSignedIn(token, { id, name: 'Soon', email }, 'req_1'))).toBe(
      'already_member',
    );
    const members = await listMembers(await owner.principal());
    expect(members.find((one) => one.personId === id)?.role).toBe('owner');
  });

  it('sent again has another link, and the one before stops; withdrawn, none works', async () => {
    const { account, owner, viewer } = await newTeam();
    const email = `again-${account.id}@meridian.example`;
    const principal = await owner.principal();
    const { id } = await invite(principal, { email, role: 'viewer', ...both });
    expect(await codeOf(sendInvitationAgain(principal, id))).toBe('rate_limited');
    await acrossAccounts(testScope, (tx) =>
      tx.invitation.update({
        where: { id },
        data: { sentAt: new Date(0), expiresAt: new Date(1) },
      }),
    );
    const [first] = await tokensTo(email);
    expect(await findInvitation(first, 'req_1')).toMatchObject({ why: 'expired' });
    await sendInvitationAgain(principal, id);
    const tokens = await tokensTo(email);
    const second = tokens.find((token) => token !== first);
    expect(await findInvitation(first, 'req_1')).toMatchObject({ why: 'unknown' });
    expect(await findInvitation(second, 'req_1')).toMatchObject({ state: 'open' });
    expect(await codeOf(withdrawInvitation(await viewer.principal(), id))).toBe('forbidden');
    await withdrawInvitation(principal, id);
    expect(await findInvitation(second, 'req_1')).toMatchObject({ why: 'withdrawn' });
    expect(await codeOf(sendInvitationAgain(principal, id))).toBe('not_found');
    const foreign = await newTeam();
    expect(await codeOf(withdrawInvitation(await foreign.owner.principal(), id))).toBe('not_found');
  });

  it('to who is a member, or was invited, is refused under a name of its own and sends no mail', async () => {
    const { account, owner, viewer } = await newTeam();
    const principal = await owner.principal();
    const email = `twice-${account.id}@meridian.example`;
    await invite(principal, { email, role: 'viewer', ...both });
    const again = (to: string) => codeOf(invite(principal, { email: to, role: 'admin', ...both }));
    expect(await again(viewer.email)).toBe('already_member');
    expect(await again(email)).toBe('already_invited');
    expect(await tokensTo(viewer.email)).toEqual([]);
    expect(await tokensTo(email)).toHaveLength(1);
  });

  it('goes with the right of who sent it', async () => {
    const { account, owner, admin } = await newTeam();
    const email = `late-${account.id}@meridian.example`;
    await invite(await admin.principal(), { email, role: 'admin', ...both });
    await removeMember(await owner.principal(), admin.id);
    const [token] = await tokensTo(email);
    expect(await findInvitation(token, 'req_1')).toMatchObject({ why: 'withdrawn' });
  });
});

describe('members', () => {
  it('T19: an Admin neither makes, changes, removes nor invites Owners', async () => {
    const { owner, admin, viewer } = await newTeam();
    const principal = await admin.principal();
    const asOwner = { role: 'owner', ...both } as const;
    expect(await codeOf(changeMember(principal, viewer.id, asOwner))).toBe('forbidden');
    expect(await codeOf(changeMember(principal, admin.id, asOwner))).toBe('forbidden');
    expect(await codeOf(changeMember(principal, owner.id, { role: 'viewer', ...both }))).toBe(
      'forbidden',
    );
    expect(await codeOf(removeMember(principal, owner.id))).toBe('forbidden');
    expect(await codeOf(invite(principal, { email: 'o@x.example', ...asOwner }))).toBe('forbidden');
    await changeMember(principal, viewer.id, { role: 'admin', ...both });
    expect((await viewer.read())?.role).toBe('Admin');
  });

  it('the last Owner neither leaves nor gets another role', async () => {
    const { owner, admin } = await newTeam();
    const principal = await owner.principal();
    expect(await codeOf(leaveAccount(principal))).toBe('last_owner');
    expect(await codeOf(removeMember(principal, owner.id))).toBe('last_owner');
    expect(await codeOf(changeMember(principal, owner.id, { role: 'admin', ...both }))).toBe(
      'last_owner',
    );
    await changeMember(principal, admin.id, { role: 'owner', ...both });
    // Both at once: one of them is the last.
    const outcomes = await Promise.all([
      codeOf(leaveAccount(principal)),
      codeOf(leaveAccount(await admin.principal())),
    ]);
    expect(outcomes.sort()).toEqual(['done', 'last_owner']);
  });

  it('removed, somebody finds the account gone on their next request', async () => {
    const { account, owner, viewer } = await newTeam();
    expect((await viewer.read())?.account?.id).toBe(account.id);
    await removeMember(await owner.principal(), viewer.id);
    expect(await viewer.read()).toMatchObject({ account: null, principal: { roles: [] } });
    expect(await codeOf(removeMember(await owner.principal(), viewer.id))).toBe('not_found');
  });

  it('a person of another account is not found', async () => {
    const one = await newTeam();
    const other = await newTeam();
    const principal = await one.owner.principal();
    expect(await codeOf(removeMember(principal, other.viewer.id))).toBe('not_found');
    expect(
      await codeOf(changeMember(principal, other.viewer.id, { role: 'viewer', ...both })),
    ).toBe('not_found');
  });
});

describe('accounts below', () => {
  it('are opened by a parent’s Owners and Admins as Admin, and by everybody else of it as Viewer', async () => {
    const { account, owner, admin, viewer } = await newTeam();
    const middle = await portal.newAccount({ parentId: account.id, legalName: 'Meridian Rail' });
    const leaf = await portal.newAccount({ parentId: middle.id, legalName: 'Meridian Local' });
    const manager = await newMember(account.id, 'manage_mtls');
    for (const [member, role] of [
      [owner, 'Admin'],
      [admin, 'Admin'],
      [manager, 'Viewer'],
      [viewer, 'Viewer'],
    ] as const) {
      const below = await session(member.id, leaf.id);
      expect(await below.read()).toMatchObject({
        role: `${role} through Meridian Freight`,
        account: { id: leaf.id },
      });
    }
    const list = await listMembers(await (await session(owner.id, leaf.id)).principal());
    expect(list.map((one) => one.through)).toEqual(list.map(() => 'Meridian Freight'));
    const own = await newMember(leaf.id, 'owner');
    expect((await own.read())?.memberships.map((one) => one.accountId)).toEqual([leaf.id]);
    expect((await (await session(own.id, middle.id)).read())?.account?.id).toBe(leaf.id);
  });

  it('are not opened through a parent that is suspended, nor by who is removed there', async () => {
    const { account, owner, admin } = await newTeam();
    const leaf = await portal.newAccount({ parentId: account.id, legalName: 'Meridian Rail' });
    const below = await session(admin.id, leaf.id);
    expect((await below.read())?.account?.id).toBe(leaf.id);
    await removeMember(await owner.principal(), admin.id);
    expect((await below.read())?.account).toBeNull();
    const through = await session(owner.id, leaf.id);
    await acrossAccounts(testScope, (tx) =>
      tx.account.update({ where: { id: account.id }, data: { suspendedAt: new Date() } }),
    );
    expect((await through.read())?.account?.id).toBe(account.id);
  });
});

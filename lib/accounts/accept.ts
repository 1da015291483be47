/** The other end of an invitation: whoever holds its link. It is their right, so there is no principal here. */
import type { Invitation } from '@/generated/prisma/client';
import { systemScope } from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import type { InvitationView, NewPerson } from '@/lib/contract/members';
import { mustBeGoodPassword } from '@/lib/identity/password-rules';
import { hashPassword } from '@/lib/identity/passwords';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { newId, sha256 } from '@/lib/platform/random';
import { invitationView } from './invitations';
import { lockAccount } from './lock';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export type FoundInvitation =
  | {
      state: 'open';
      invitation: InvitationView;
      accountName: string;
      /** Whether its address signs in here already. */
      reader: 'new' | 'known';
    }
  | { state: 'over'; why: 'unknown' | 'used' | 'withdrawn' | 'expired'; invitedBy: string | null };

type Joined = { accountId: string; personId: string; email: string };

/** What a link stands for. Reading it changes nothing: mail scanners follow links. */
export async function findInvitation(token: unknown, requestId: string): Promise<FoundInvitation> {
  return acrossAccounts(systemScope('membership', requestId), async (tx) => {
    const row = await byToken(tx, token);
    if (!row) return { state: 'over', why: 'unknown', invitedBy: null };
    const why = whyOver(row);
    if (why) return { state: 'over', why, invitedBy: row.invitedByName };
    const account = await tx.account.findUniqueOrThrow({ where: { id: row.accountId } });
    const person = await tx.person.findUnique({ where: { email: row.email } });
    return {
      state: 'open',
      invitation: invitationView(row),
      accountName: account.name,
      reader: person ? 'known' : 'new',
    };
  });
}

/**
 * Makes the person and their membership. Who reads mail at the address is who it belongs to.
 * @throws AppError `invalid_request` for a password that is easily guessed, `invitation_over`, `account_suspended`, `address_in_use` when it signs in here already
 */
export async function acceptAsNewPerson(
  token: unknown,
  person: NewPerson,
  requestId: string,
): Promise<Joined> {
  const found = await findInvitation(token, requestId);
  if (found.state === 'over') throw over();
  if (found.reader === 'known') throw known(found.invitation.email);
  mustBeGoodPassword(person.password, { email: found.invitation.email, name: person.name });
  const passwordHash = await hashPassword(person.password);
  return acrossAccounts(systemScope('membership', requestId), async (tx) => {
    const row = await lockedOpen(tx, token);
    const { name } = person;
    const made = { id: newId('person'), email: row.email, name, passwordHash };
    const { count } = await tx.person.createMany({
      data: [{ ...made, createdAt: currentTime() }],
      skipDuplicates: true,
    });
    if (count === 0) throw known(row.email);
    return join(tx, row, { ...made, requestId });
  });
}

/**
 * Makes a membership of who is signed in, if the invitation is theirs.
 * @throws AppError `invitation_over`, `account_suspended`, `forbidden` for an invitation to somebody else
 */
export async function acceptAsSignedIn(
  token: unknown,
  person: { id: string; name: string; email: string },
  requestId: string,
): Promise<Joined> {
  return acrossAccounts(systemScope('membership', requestId), async (tx) => {
    const row = await lockedOpen(tx, token);
    if (row.email !== person.email.toLowerCase()) {
      throw new AppError('forbidden', {
        detail: `This invitation is to ${row.email}, and you are signed in as ${person.email}. Nothing was changed. Sign out, and open the link again.`,
      });
    }
    return join(tx, row, { ...person, requestId });
  });
}

async function join(
  tx: Tx,
  row: Invitation,
  person: { id: string; name: string; requestId: string },
): Promise<Joined> {
  const { accountId, role, environment, email } = row;
  const now = currentTime();
  const given = { role, environment };
  const before = await tx.membership.findFirst({
    where: { accountId, personId: person.id, disabledAt: null },
  });
  if (before) {
    throw new AppError('already_member', {
      detail:
        'You are a member of this account already. Your role stays as it is; open the account.',
    });
  }
  await tx.membership.upsert({
    where: { accountId_personId: { accountId, personId: person.id } },
    create: { id: newId('membership'), accountId, personId: person.id, ...given, createdAt: now },
    update: { ...given, disabledAt: null, createdAt: now },
  });
  await tx.invitation.update({ where: { id: row.id }, data: { acceptedAt: now } });
  await recordEvent(tx, {
    chain: accountId,
    actor: { kind: 'person', id: person.id, name: person.name },
    requestId: person.requestId,
    action: 'member.joined',
    object: { kind: 'person', id: person.id },
    detail: { email, ...given, invitedBy: row.invitedByName },
  });
  return { accountId, personId: person.id, email };
}

/** The account's lock comes before the row's, as everywhere; what is read after it is what holds. */
async function lockedOpen(tx: Tx, token: unknown): Promise<Invitation> {
  const found = await byToken(tx, token);
  if (!found) throw over();
  await lockAccount(tx, found.accountId);
  const row = await byToken(tx, token);
  if (!row || whyOver(row)) throw over();
  return row;
}

async function byToken(tx: Tx, token: unknown): Promise<Invitation | null> {
  if (typeof token !== 'string' || !TOKEN.test(token)) return null;
  return tx.invitation.findUnique({ where: { tokenHash: sha256(token) } });
}

function whyOver(row: Invitation): 'used' | 'withdrawn' | 'expired' | null {
  if (row.acceptedAt) return 'used';
  if (row.withdrawnAt) return 'withdrawn';
  return row.expiresAt <= currentTime() ? 'expired' : null;
}

function over(): AppError {
  return new AppError('invitation_over', {
    detail:
      'This invitation was used or withdrawn, or its seven days are over. Ask whoever invited you to send it again.',
  });
}

function known(email: string): AppError {
  return new AppError('address_in_use', {
    detail: `${email} signs in here already. Sign in with it, then open the link again.`,
  });
}

/** Invitations as the people of an account see them. The link is in the mail and nowhere else. */
import { z } from 'zod';
import type { Invitation } from '@/generated/prisma/client';
import { MEMBER_ROLES } from '@/lib/access/permissions';
import { authorize, type Principal, type Scope, systemScope } from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import { type InvitationView, ROLE_WORDS } from '@/lib/contract/members';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { isId } from '@/lib/kernel/ids';
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { sendPersonalMail } from '@/lib/mail/personal';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, inScope, type Tx } from '@/lib/platform/database';
import { newId, newSecret, sha256 } from '@/lib/platform/random';
import { lockAccount } from './lock';
import { boundRole, type GivenRole, mustHandle } from './members';

export const INVITATION_DAYS = 7;
// An account cannot be made to write to the whole world.
const MOST_OPEN = 50;
const SENT_AGAIN_AFTER_MS = MINUTE_MS;

const OPEN = { acceptedAt: null, withdrawnAt: null };

/** What was sent and neither accepted nor withdrawn, newest first. */
export async function listInvitations(principal: Principal): Promise<InvitationView[]> {
  const scope = authorize(principal, 'members.read');
  const rows = await inScope(scope, (tx) =>
    tx.invitation.findMany({
      where: { accountId: scope.accountId, ...OPEN },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    }),
  );
  return rows.map(invitationView);
}

/**
 * Sends a link by which whoever reads mail at an address becomes a member, once, within seven days.
 * @param input.email in lower case
 * @throws AppError `forbidden`, `already_member`, `already_invited`, `invitations_full`
 */
export async function invite(
  principal: Principal,
  input: GivenRole & { email: string },
): Promise<InvitationView> {
  const scope = authorize(principal, 'members.manage');
  mustHandle(principal, input.role);
  const { email } = input;
  const given = boundRole(input);
  const now = currentTime();
  const { token, tokenHash } = newToken();
  return writing(scope, async (tx) => {
    await mustBeNew(tx, scope, email);
    const row = await tx.invitation.create({
      data: {
        id: newId('invitation'),
        accountId: scope.accountId,
        email,
        ...given,
        tokenHash,
        invitedBy: scope.actor.id,
        invitedByName: scope.actor.name,
        createdAt: now,
        ...lifetime(now),
      },
    });
    await sendLink(tx, row, token);
    await recordEvent(tx, { ...eventOf(scope, row), action: 'member.invited' });
    return invitationView(row);
  });
}

/**
 * Sends another link, good for seven days more; the one before stops working.
 * @throws AppError `not_found`, `forbidden`, `rate_limited` within a minute of the last
 */
export async function sendInvitationAgain(principal: Principal, id: string): Promise<void> {
  const scope = authorize(principal, 'members.manage');
  const now = currentTime();
  const { token, tokenHash } = newToken();
  await writing(scope, async (tx) => {
    const before = await openInvitation(tx, scope, id);
    mustHandle(principal, viewOfRole(before).role);
    const waits = before.sentAt.getTime() + SENT_AGAIN_AFTER_MS - now.getTime();
    if (waits > 0) {
      const seconds = Math.ceil(waits / 1_000);
      throw new AppError('rate_limited', {
        detail: `The invitation to ${before.email} was sent less than a minute ago. Give it a moment; you can send it again in ${seconds} seconds.`,
        retryAfterSeconds: seconds,
      });
    }
    const row = await tx.invitation.update({
      where: { id: before.id },
      data: {
        tokenHash,
        invitedBy: scope.actor.id,
        invitedByName: scope.actor.name,
        ...lifetime(now),
      },
    });
    await sendLink(tx, row, token);
    await recordEvent(tx, { ...eventOf(scope, row), action: 'member.invitation-sent-again' });
  });
}

/** Makes the link stop working. @throws AppError `not_found`, `forbidden` */
export async function withdrawInvitation(principal: Principal, id: string): Promise<void> {
  const scope = authorize(principal, 'members.manage');
  await inScope(scope, async (tx) => {
    await lockAccount(tx, scope.accountId);
    const before = await openInvitation(tx, scope, id);
    mustHandle(principal, viewOfRole(before).role);
    const data = { withdrawnAt: currentTime() };
    await tx.invitation.updateMany({ where: { id: before.id, accountId: scope.accountId }, data });
    await recordEvent(tx, { ...eventOf(scope, before), action: 'member.invitation-withdrawn' });
  });
}

export function invitationView(row: Invitation): InvitationView {
  return {
    id: row.id,
    email: row.email,
    ...viewOfRole(row),
    invitedBy: row.invitedByName,
    sentAt: row.sentAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    state: row.expiresAt > currentTime() ? 'open' : 'expired',
  };
}

/** The mail to an address is of no account, which the account's own role could not write: one transaction does both. */
function writing<T>(scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T> {
  return acrossAccounts(systemScope('membership', scope.requestId), async (tx) => {
    await lockAccount(tx, scope.accountId);
    return work(tx);
  });
}

async function mustBeNew(tx: Tx, { accountId }: Scope, email: string): Promise<void> {
  const member = await tx.membership.findFirst({
    where: { accountId, disabledAt: null, person: { email } },
  });
  if (member) {
    throw new AppError('already_member', {
      detail: `${email} is a member already. Change their role in the list below. No mail was sent.`,
    });
  }
  const open = await tx.invitation.findMany({ where: { accountId, ...OPEN } });
  if (open.some((one) => one.email === email)) {
    throw new AppError('already_invited', {
      detail: `${email} was invited already. Send that invitation again, or withdraw it first. No mail was sent.`,
    });
  }
  if (open.length >= MOST_OPEN) {
    throw new AppError('invitations_full', {
      detail: `${MOST_OPEN} invitations of this account are open, which is the most. Withdraw one that is no longer wanted. No mail was sent.`,
    });
  }
}

async function openInvitation(tx: Tx, { accountId }: Scope, id: unknown): Promise<Invitation> {
  const row = isId('invitation', id)
    ? await tx.invitation.findFirst({ where: { id, accountId, ...OPEN } })
    : null;
  if (row) return row;
  throw new AppError('not_found', {
    detail: 'This invitation was accepted or withdrawn. Look at the list of members again.',
  });
}

async function sendLink(tx: Tx, row: Invitation, token: string): Promise<void> {
  const { name } = await tx.account.findUniqueOrThrow({ where: { id: row.accountId } });
  const person = await tx.person.findUnique({ where: { email: row.email } });
  const { role, environment } = viewOfRole(row);
  await sendPersonalMail(tx, {
    address: row.email,
    personId: person?.id ?? null,
    reader: person?.name ?? null,
    key: `invitation/${row.id}/${row.sentAt.getTime()}`,
    data: {
      kind: 'invitation',
      accountName: name,
      by: row.invitedByName,
      role: environment ? `${ROLE_WORDS[role]} for ${environment}` : ROLE_WORDS[role],
      path: `/invitation/${token}`,
      expiresAt: row.expiresAt.toISOString(),
    },
  });
}

function newToken(): { token: string; tokenHash: Uint8Array<ArrayBuffer> } {
  const token = newSecret();
  return { token, tokenHash: sha256(token) };
}

function lifetime(now: Date) {
  return { sentAt: now, expiresAt: new Date(now.getTime() + INVITATION_DAYS * DAY_MS) };
}

function viewOfRole(row: { role: string; environment: string | null }): GivenRole {
  const environment = z.enum(ENVIRONMENTS).nullable().parse(row.environment);
  return { role: z.enum(MEMBER_ROLES).parse(row.role), environment };
}

function eventOf(scope: Scope, row: Invitation) {
  const { accountId: chain, actor, requestId } = scope;
  const { email, role, environment } = row;
  const detail = { email, role, environment };
  return { chain, actor, requestId, object: { kind: 'invitation', id: row.id }, detail };
}

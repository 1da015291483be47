/** The people of an account, and what becomes of their memberships. */
import { z } from 'zod';
import { mayHandle } from '@/lib/access/membership';
import { MEMBER_ROLES, type MemberRole, PERMISSIONS } from '@/lib/access/permissions';
import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import type { MemberView } from '@/lib/contract/members';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { lockAccount } from './lock';

const memberRow = z.object({
  person_id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(MEMBER_ROLES),
  environment: z.enum(ENVIRONMENTS).nullable(),
  since: z.date(),
  last_sign_in: z.date().nullable(),
  second_factor: z.boolean(),
  through: z.string().nullable(),
});

export type GivenRole = { role: MemberRole; environment: Environment | null };

/** Everybody who may act in the account: its members, then those who reach it through accounts above. */
export async function listMembers(principal: Principal): Promise<MemberView[]> {
  const scope = authorize(principal, 'members.read');
  return inScope(scope, membersIn);
}

/**
 * Gives a member another role; it holds on their next request. The same again changes nothing.
 * @throws AppError `not_found`, `forbidden`, `last_owner`
 */
export async function changeMember(
  principal: Principal,
  personId: string,
  given: GivenRole,
): Promise<void> {
  const scope = authorize(principal, 'members.manage');
  mustHandle(principal, given.role);
  const wanted = boundRole(given);
  await inScope(scope, async (tx) => {
    const before = await lockedMember(tx, scope, personId);
    mustHandle(principal, before.role);
    if (before.role === wanted.role && before.environment === wanted.environment) return;
    if (before.role === 'owner' && wanted.role !== 'owner') await mustNotBeLastOwner(tx, before);
    await updateMembership(tx, scope, personId, wanted);
    if (!mayInvite(wanted.role)) await withdrawInvitationsOf(tx, scope, personId);
    await recordEvent(tx, {
      ...eventOf(scope, before),
      action: 'member.changed',
      detail: { email: before.email, from: before.role, ...wanted },
    });
  });
}

/**
 * Ends a membership; the person's next request finds it gone, and the invitations they sent no longer work. What they
 * made stays the account's.
 * @throws AppError `not_found`, `forbidden`, `last_owner`
 */
export async function removeMember(principal: Principal, personId: string): Promise<void> {
  const scope = authorize(principal, 'members.manage');
  await inScope(scope, async (tx) => {
    const before = await lockedMember(tx, scope, personId);
    mustHandle(principal, before.role);
    await endMembership(tx, scope, before);
    await recordEvent(tx, {
      ...eventOf(scope, before),
      action: 'member.disabled',
      detail: { email: before.email, role: before.role },
    });
  });
}

/** Ends one's own membership. @throws AppError `not_found` for who is no member, `last_owner` */
export async function leaveAccount(principal: Principal): Promise<void> {
  const scope = authorize(principal, 'account.read');
  await inScope(scope, async (tx) => {
    const before = await lockedMember(tx, scope, scope.actor.id);
    await endMembership(tx, scope, before);
    await recordEvent(tx, {
      ...eventOf(scope, before),
      action: 'member.left',
      detail: { email: before.email, role: before.role },
    });
  });
}

async function membersIn(tx: Tx): Promise<MemberView[]> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT * FROM countersign_members()`;
  return rows
    .map((row) => memberRow.parse(row))
    .map((row) => ({
      personId: row.person_id,
      name: row.name,
      email: row.email,
      role: row.role,
      environment: row.role === 'manage_mtls' ? row.environment : null,
      since: row.since.toISOString(),
      lastSignIn: row.last_sign_in?.toISOString() ?? null,
      secondFactor: row.second_factor ? 'yes' : 'no',
      through: row.through,
    }));
}

/** An environment counts for Manage mTLS alone. */
export function boundRole({ role, environment }: GivenRole): GivenRole {
  return { role, environment: role === 'manage_mtls' ? environment : null };
}

/** @throws AppError `forbidden` */
export function mustHandle(principal: Principal, role: MemberRole): void {
  if (mayHandle(principal.roles, role)) return;
  throw new AppError('forbidden', {
    detail:
      'Only an Owner makes, changes or removes Owners. Ask an Owner of the account. Nothing was changed.',
  });
}

/** Changes of one account's people wait for one another: two Owners cannot remove each other at once. */
async function lockedMember(tx: Tx, scope: Scope, personId: unknown): Promise<MemberView> {
  await lockAccount(tx, scope.accountId);
  const found = (await membersIn(tx)).find(
    (one) => one.personId === personId && one.through === null,
  );
  if (found) return found;
  throw new AppError('not_found', {
    detail: 'This person is no member of the account, or no longer. Look at the list again.',
  });
}

async function endMembership(tx: Tx, scope: Scope, before: MemberView): Promise<void> {
  if (before.role === 'owner') await mustNotBeLastOwner(tx, before);
  const { personId } = before;
  const { accountId } = scope;
  await tx.membership.updateMany({
    where: { accountId, personId },
    data: { disabledAt: currentTime() },
  });
  await withdrawInvitationsOf(tx, scope, personId);
}

async function mustNotBeLastOwner(tx: Tx, leaving: MemberView): Promise<void> {
  const others = (await membersIn(tx)).filter(
    (one) => one.role === 'owner' && one.through === null && one.personId !== leaving.personId,
  );
  if (others.length > 0) return;
  throw new AppError('last_owner', {
    detail: `${leaving.name} is the only Owner of this account. Make somebody else an Owner first. Nothing was changed.`,
  });
}

async function updateMembership(
  tx: Tx,
  { accountId }: Scope,
  personId: string,
  data: GivenRole,
): Promise<void> {
  await tx.membership.updateMany({ where: { accountId, personId }, data });
}

/** What somebody set going with a right goes with the right. */
async function withdrawInvitationsOf(tx: Tx, scope: Scope, personId: string): Promise<void> {
  const { accountId } = scope;
  await tx.invitation.updateMany({
    where: { accountId, invitedBy: personId, acceptedAt: null, withdrawnAt: null },
    data: { withdrawnAt: currentTime() },
  });
}

function mayInvite(role: MemberRole): boolean {
  const { roles } = PERMISSIONS['members.manage'];
  return roles.some((one) => one === role);
}

function eventOf({ accountId: chain, actor, requestId }: Scope, { personId: id }: MemberView) {
  return { chain, actor, requestId, object: { kind: 'person', id } };
}

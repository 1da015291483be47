/** What the provider's operators do to accounts and people. */
import type { MemberRole, StaffRole } from '@/lib/access/permissions';
import type { DeploymentScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { hashPassword } from '@/lib/identity/passwords';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { newId, newSecret } from '@/lib/platform/random';
import { recordChange } from '@/lib/publishing/changes';
import { publisher } from '@/lib/publishing/publisher';

export type ListedAccount = {
  id: string;
  name: string;
  legalName: string;
  parentId: string | null;
  suspendedAt: string | null;
};

// It is the O of every certificate of the account (RFC 5280, A.1, ub-organization-name).
export const LEGAL_NAME_MAX_CHARACTERS = 64;

/** Every account, for operators; people page through them by `accountsByName`. */
export async function accountsIn(scope: DeploymentScope): Promise<ListedAccount[]> {
  const rows = await acrossAccounts(scope, (tx) =>
    tx.account.findMany({ orderBy: { name: 'asc' } }),
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    legalName: row.legalName,
    parentId: row.parentId,
    suspendedAt: row.suspendedAt?.toISOString() ?? null,
  }));
}

/** @throws AppError `not_found` when the parent does not exist */
export async function createAccount(
  scope: DeploymentScope,
  input: { name: string; legalName: string; parentId: string | null },
): Promise<{ id: string }> {
  const made = await acrossAccounts(scope, (tx) =>
    addAccount(tx, scope, { ...input, madeByDemo: false }),
  );
  publisher().nudge();
  return made;
}

export async function addAccount(
  tx: Tx,
  scope: DeploymentScope,
  input: { name: string; legalName: string; parentId: string | null; madeByDemo: boolean },
): Promise<{ id: string }> {
  if (input.legalName.length > LEGAL_NAME_MAX_CHARACTERS) {
    throw new AppError('invalid_request', {
      detail: `The legal name has ${input.legalName.length} characters; at most ${LEGAL_NAME_MAX_CHARACTERS} fit into a certificate.`,
    });
  }
  if (input.parentId && !(await tx.account.findUnique({ where: { id: input.parentId } }))) {
    throw new AppError('not_found', { detail: 'There is no such parent account. Check the id.' });
  }
  const id = newId('account');
  await tx.account.create({ data: { ...input, id, createdAt: currentTime() } });
  await recordEvent(tx, {
    chain: id,
    actor: scope.actor,
    requestId: scope.requestId,
    action: 'account.created',
    object: { kind: 'account', id },
    detail: { name: input.name, legalName: input.legalName, parentId: input.parentId },
  });
  await recordChange(tx, { kind: 'account', accountId: id });
  return { id };
}

/** Suspends an account: sign-in, keys and the edge refuse it. A repeat changes nothing. @throws AppError `not_found` */
export async function suspendAccount(scope: DeploymentScope, id: string): Promise<void> {
  await acrossAccounts(scope, async (tx) => {
    const found = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM account WHERE id = ${id} FOR NO KEY UPDATE`;
    if (found.length === 0) {
      throw new AppError('not_found', { detail: 'There is no such account. Check the id.' });
    }
    const changed = await tx.account.updateMany({
      where: { id, suspendedAt: null },
      data: { suspendedAt: currentTime() },
    });
    if (changed.count === 0) return;
    await recordEvent(tx, {
      chain: id,
      actor: scope.actor,
      requestId: scope.requestId,
      action: 'account.suspended',
      object: { kind: 'account', id },
      detail: {},
    });
    await recordChange(tx, { kind: 'account', accountId: id });
  });
  publisher().nudge();
}

export type MadePerson = { id: string; email: string; password: string | null };

/**
 * Makes a person a member of an account, and makes the person where there is none by this e-mail; the password is
 * returned once. An existing person keeps theirs, and `password` is null.
 * @throws AppError `not_found`, `already_member`
 */
export async function addMember(
  tx: Tx,
  scope: DeploymentScope,
  input: { accountId: string; email: string; name: string; role: MemberRole },
): Promise<MadePerson> {
  const { accountId, role } = input;
  if (!(await tx.account.findUnique({ where: { id: accountId } }))) {
    throw new AppError('not_found', { detail: 'There is no such account. Check the id.' });
  }
  const person = await personOf(tx, input, null);
  const existing = await tx.membership.findUnique({
    where: { accountId_personId: { accountId, personId: person.id } },
  });
  if (existing && existing.disabledAt === null && existing.role === role) {
    throw new AppError('already_member', { detail: `${person.email} is a member with that role.` });
  }
  await tx.membership.upsert({
    where: { accountId_personId: { accountId, personId: person.id } },
    create: {
      id: newId('membership'),
      accountId,
      personId: person.id,
      role,
      createdAt: currentTime(),
    },
    update: { role, disabledAt: null },
  });
  await recordEvent(tx, {
    chain: accountId,
    actor: scope.actor,
    requestId: scope.requestId,
    action: existing ? 'member.changed' : 'member.added',
    object: { kind: 'person', id: person.id },
    detail: { email: person.email, role },
  });
  return person;
}

/** Ends every membership of a person in an account. A repeat changes nothing. @throws AppError `not_found` */
export async function disableMember(
  scope: DeploymentScope,
  input: { accountId: string; email: string },
): Promise<void> {
  await acrossAccounts(scope, async (tx) => {
    const membership = await tx.membership.findFirst({
      where: { accountId: input.accountId, person: { email: input.email.toLowerCase() } },
    });
    if (!membership) {
      throw new AppError('not_found', { detail: 'There is no such member in this account.' });
    }
    if (membership.disabledAt) return;
    await tx.membership.update({
      where: { id: membership.id },
      data: { disabledAt: currentTime() },
    });
    await recordEvent(tx, {
      chain: input.accountId,
      actor: scope.actor,
      requestId: scope.requestId,
      action: 'member.disabled',
      object: { kind: 'person', id: membership.personId },
      detail: { email: input.email.toLowerCase() },
    });
  });
}

/** Makes a person of the provider's staff. @throws AppError `address_in_use` */
export async function addStaff(
  tx: Tx,
  scope: DeploymentScope,
  input: { email: string; name: string; role: StaffRole },
): Promise<MadePerson> {
  const person = await personOf(tx, input, input.role);
  if (person.password === null) {
    throw new AppError('address_in_use', { detail: `${person.email} has a sign-in already.` });
  }
  await recordEvent(tx, {
    chain: DEPLOYMENT_CHAIN,
    actor: scope.actor,
    requestId: scope.requestId,
    action: 'staff.added',
    object: { kind: 'person', id: person.id },
    detail: { email: person.email, role: input.role },
  });
  return person;
}

async function personOf(
  tx: Tx,
  input: { email: string; name: string },
  staffRole: StaffRole | null,
): Promise<MadePerson> {
  const email = input.email.trim().toLowerCase();
  const existing = await tx.person.findUnique({ where: { email } });
  if (existing) return { id: existing.id, email, password: null };
  const password = newSecret().slice(0, 22);
  const passwordHash = await hashPassword(password);
  const id = newId('person');
  await tx.person.create({
    data: { id, email, name: input.name, passwordHash, staffRole, createdAt: currentTime() },
  });
  return { id, email, password };
}

/** What a session's row stands for at this moment: nothing of it is kept from one request to the next. */
import { type Permission, type Role, STAFF_ROLES } from '@/lib/access/permissions';
import { may, type Principal, systemScope } from '@/lib/access/scope';
import { type ReachedAccount, reachedAccounts, reachInto } from '@/lib/accounts/reach';
import { ROLE_WORDS } from '@/lib/contract/members';
import type { Environment } from '@/lib/kernel/environments';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';

export type SignedIn = {
  principal: Principal;
  sessionId: string;
  person: { id: string; name: string; email: string };
  account: { id: string; name: string; legalName: string; suspended: boolean } | null;
  /** In words: "Admin", "Manage mTLS, sandbox", "Admin through Meridian Holding". */
  role: string;
  /** Without an environment: in any. */
  can: (permission: Permission, environment?: Environment) => boolean;
  /** Every account that may be opened, those below one's own too. */
  memberships: ReachedAccount[];
};

/** Who is behind a session, or null once it was ended, ran out or its person was disabled. */
export async function readSession(sessionId: string, requestId: string): Promise<SignedIn | null> {
  return acrossAccounts(systemScope('authentication', requestId), (tx) =>
    inTransaction(tx, sessionId, requestId),
  );
}

async function inTransaction(
  tx: Tx,
  sessionId: string,
  requestId: string,
): Promise<SignedIn | null> {
  const row = await tx.session.findFirst({
    where: { id: sessionId, revokedAt: null, expiresAt: { gt: currentTime() } },
    include: { person: true },
  });
  if (!row || row.person.disabledAt) return null;
  const { person } = row;
  const staff = STAFF_ROLES.filter((role) => role === person.staffRole);
  const memberships = await reachedAccounts(tx, person.id);
  const reaches = memberships.some((one) => one.accountId === row.accountId);
  const openId = reaches || staff.length > 0 ? row.accountId : null;
  const accountId = openId ?? memberships[0]?.accountId ?? null;
  const account = accountId ? await tx.account.findUnique({ where: { id: accountId } }) : null;
  const reach = account ? await reachInto(tx, person.id, account.id) : null;
  const roles: Role[] = [...staff, ...(reach ? [reach.role] : [])];
  const principal: Principal = {
    actor: { kind: 'person', id: person.id, name: person.name },
    account: account ? { id: account.id, suspended: account.suspendedAt !== null } : null,
    roles,
    keyScopes: [],
    ...(reach?.environment ? { actsIn: reach.environment } : {}),
    requestId,
  };
  return {
    principal,
    sessionId: row.id,
    person: { id: person.id, name: person.name, email: person.email },
    account: account
      ? {
          id: account.id,
          name: account.name,
          legalName: account.legalName,
          suspended: account.suspendedAt !== null,
        }
      : null,
    role: [
      roles.map((role) => ROLE_WORDS[role]).join(', ') || 'No role',
      ...(reach?.environment ? [`, ${reach.environment}`] : []),
      ...(reach?.through ? [` through ${reach.through}`] : []),
    ].join(''),
    can: (permission, environment) => may(principal, permission, environment),
    memberships,
  };
}

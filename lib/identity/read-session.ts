/** What a session's row stands for at this moment: nothing of it is kept from one request to the next. */
import { MEMBER_ROLES, type Permission, type Role, STAFF_ROLES } from '@/lib/access/permissions';
import { may, type Principal, systemScope } from '@/lib/access/scope';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';

export type SignedIn = {
  principal: Principal;
  sessionId: string;
  person: { id: string; name: string; email: string };
  account: { id: string; name: string; legalName: string; suspended: boolean } | null;
  /** In words: "Admin". */
  role: string;
  can: (permission: Permission) => boolean;
  memberships: { accountId: string; name: string }[];
};

const ROLE_WORDS: Record<Role, string> = {
  owner: 'Owner',
  admin: 'Admin',
  manage_mtls: 'Manage mTLS',
  viewer: 'Viewer',
  support: 'Support',
  support_lead: 'Support lead',
  operator: 'Operator',
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
    include: {
      person: {
        include: {
          memberships: {
            where: { disabledAt: null },
            include: { account: true },
            orderBy: { createdAt: 'asc' },
          },
        },
      },
    },
  });
  if (!row || row.person.disabledAt) return null;
  const { person } = row;
  const staff = STAFF_ROLES.filter((role) => role === person.staffRole);
  const membership =
    person.memberships.find((one) => one.accountId === row.accountId) ?? person.memberships[0];
  const looking =
    staff.length > 0 && row.accountId
      ? await tx.account.findUnique({ where: { id: row.accountId } })
      : null;
  const account = looking ?? membership?.account ?? null;
  const roles: Role[] = [...staff, ...MEMBER_ROLES.filter((role) => role === membership?.role)];
  const principal: Principal = {
    actor: { kind: 'person', id: person.id, name: person.name },
    account: account ? { id: account.id, suspended: account.suspendedAt !== null } : null,
    roles: looking && membership?.accountId !== looking.id ? staff : roles,
    keyScopes: [],
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
    role: principal.roles.map((role) => ROLE_WORDS[role]).join(', ') || 'No role',
    can: (permission) => may(principal, permission),
    memberships: person.memberships.map((one) => ({
      accountId: one.accountId,
      name: one.account.name,
    })),
  };
}

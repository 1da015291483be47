/** What a session's row stands for at this moment: nothing of it is kept from one request to the next. */
import {
  DEPLOYMENT_PERMISSIONS,
  type Permission,
  type Role,
  STAFF_ROLES,
  type StaffRole,
} from '@/lib/access/permissions';
import { may, type Principal, systemScope } from '@/lib/access/scope';
import { type ReachedAccount, reachedAccounts, reachInto } from '@/lib/accounts/reach';
import { ROLE_WORDS } from '@/lib/contract/members';
import type { Environment } from '@/lib/kernel/environments';
import { MINUTE_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';

export type SignedIn = {
  principal: Principal;
  sessionId: string;
  /** The only account that this session reaches, whose own identity provider opened it; null: all of the person's. */
  confinedTo: string | null;
  /** What comes before everything else. */
  must: 'nothing' | 'set up a second factor';
  person: { id: string; name: string; email: string };
  account: { id: string; name: string; legalName: string; suspended: boolean } | null;
  /** In words: "Admin", "Manage mTLS, sandbox", "Admin through Meridian Holding". */
  role: string;
  /** Without an environment: in any. */
  can: (permission: Permission, environment?: Environment) => boolean;
  /** Every account that may be opened, those below one's own too. */
  memberships: ReachedAccount[];
  /** What the person is to the provider; nothing while an account is viewed as its customer. */
  staffRoles: StaffRole[];
  /** Somebody of support sees an account as its customers do: may read and change nothing, until then. */
  viewing: { startedAt: string; until: string; reason: string } | null;
};

/** Whether a person asked for something, which is what sessions stay open for, or a page that is merely open did. */
export type Asking = 'by a person' | 'in the background';

/** Who is behind a session, or null once it was ended, ran out, was idle too long or its person was disabled. */
export async function readSession(
  sessionId: string,
  requestId: string,
  asking: Asking = 'in the background',
): Promise<SignedIn | null> {
  return acrossAccounts(systemScope('authentication', requestId), async (tx) => {
    const row = await liveSession(tx, sessionId);
    if (row === null) return null;
    if (asking === 'by a person') await noteSeen(tx, row);
    return standingOf(tx, row, requestId);
  });
}

type Row = NonNullable<Awaited<ReturnType<typeof liveSession>>>;

async function liveSession(tx: Tx, sessionId: string) {
  const now = currentTime();
  const row = await tx.session.findFirst({
    where: { id: sessionId, revokedAt: null, expiresAt: { gt: now } },
    include: { person: { include: { passkeys: { select: { id: true }, take: 1 } } } },
  });
  if (!row || row.person.disabledAt) return null;
  const idleMs = now.getTime() - (row.lastSeenAt ?? row.createdAt).getTime();
  return idleMs < deployment().sessionLimits.idleMs ? row : null;
}

/** At most once a minute: what people read as "last seen" is not worth a write per request. */
async function noteSeen(tx: Tx, row: Row): Promise<void> {
  const now = currentTime();
  const stale = new Date(now.getTime() - MINUTE_MS);
  if (row.lastSeenAt && row.lastSeenAt > stale) return;
  await tx.session.updateMany({
    where: { id: row.id, OR: [{ lastSeenAt: null }, { lastSeenAt: { lte: stale } }] },
    data: { lastSeenAt: now },
  });
}

/** The account that the session looks at, and what its person is there. */
async function openedAccount(tx: Tx, { person, accountId: wished, confinedTo }: Row) {
  const staff = confinedTo ? [] : STAFF_ROLES.filter((role) => role === person.staffRole);
  const memberships = (await reachedAccounts(tx, person.id)).filter(
    (one) => confinedTo === null || one.accountId === confinedTo,
  );
  const reaches = memberships.some((one) => one.accountId === wished);
  const accountId = (reaches ? wished : null) ?? memberships[0]?.accountId ?? null;
  const account = accountId ? await tx.account.findUnique({ where: { id: accountId } }) : null;
  const reach = account ? await reachInto(tx, person.id, account.id) : null;
  return { staff, memberships, account, reach };
}

async function standingOf(tx: Tx, row: Row, requestId: string): Promise<SignedIn> {
  const viewed = await viewedAccount(tx, row);
  if (viewed) return viewingOf(row, viewed, requestId);
  const { person } = row;
  const { staff, memberships, account, reach } = await openedAccount(tx, row);
  const must =
    reach && account && (await lacksSecondFactor(tx, row, [account.id, ...reach.memberOf]))
      ? 'set up a second factor'
      : 'nothing';
  // Who has to set up a second factor first may do nothing else, on whatever way they ask.
  const roles: Role[] = must === 'nothing' ? [...staff, ...(reach ? [reach.role] : [])] : [];
  const principal: Principal = {
    actor: { kind: 'person', id: person.id, name: person.name },
    account: account ? { id: account.id, suspended: account.suspendedAt !== null } : null,
    roles,
    keyScopes: [],
    ...(reach?.environment ? { actsIn: reach.environment } : {}),
    authenticatedAt: row.authenticatedAt ?? row.createdAt,
    askedAt: currentTime(),
    requestId,
  };
  return {
    principal,
    sessionId: row.id,
    confinedTo: row.confinedTo,
    must,
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
    staffRoles: staff,
    viewing: null,
  };
}

type Viewed = { id: string; name: string; legalName: string; suspendedAt: Date | null };

/** The account that is seen as its customers see it; it ends with its time, or when the person leaves support. */
async function viewedAccount(tx: Tx, row: Row): Promise<Viewed | null> {
  const { viewAccountId, viewUntil, person, confinedTo } = row;
  if (viewAccountId === null || viewUntil === null || viewUntil <= currentTime()) return null;
  const staff = STAFF_ROLES.find((role) => role === person.staffRole);
  if (!staff || confinedTo !== null) return null;
  const looks: readonly Role[] = DEPLOYMENT_PERMISSIONS['support.look'].roles;
  if (!looks.includes(staff)) return null;
  return tx.account.findUnique({ where: { id: viewAccountId } });
}

/** Read-only by what the principal is: a viewer of that account and nothing else, also where the person is more. */
function viewingOf(row: Row, account: Viewed, requestId: string): SignedIn {
  const { person } = row;
  const suspended = account.suspendedAt !== null;
  const principal: Principal = {
    actor: { kind: 'person', id: person.id, name: person.name },
    account: { id: account.id, suspended },
    roles: ['viewer'],
    keyScopes: [],
    viewing: 'yes',
    authenticatedAt: row.authenticatedAt ?? row.createdAt,
    askedAt: currentTime(),
    requestId,
  };
  return {
    principal,
    sessionId: row.id,
    confinedTo: null,
    must: 'nothing',
    person: { id: person.id, name: person.name, email: person.email },
    account: { id: account.id, name: account.name, legalName: account.legalName, suspended },
    role: 'Seen as its customer',
    can: (permission, environment) => may(principal, permission, environment),
    memberships: [],
    staffRoles: [],
    viewing: {
      startedAt: (row.viewStartedAt ?? row.createdAt).toISOString(),
      until: (row.viewUntil ?? currentTime()).toISOString(),
      reason: row.viewReason ?? '',
    },
  };
}

/**
 * Whether one of these accounts, which are the one that is opened and those whose membership opens it, requires what
 * the person has not. An account's own identity provider asks for what the account wants itself.
 */
async function lacksSecondFactor(tx: Tx, row: Row, accountIds: string[]): Promise<boolean> {
  const { person, confinedTo } = row;
  if (confinedTo !== null) return false;
  if (person.totpSince !== null || person.passkeys.length > 0) return false;
  const required = await tx.accountSecurity.count({
    where: { accountId: { in: accountIds }, secondFactorSince: { not: null } },
  });
  return required > 0;
}

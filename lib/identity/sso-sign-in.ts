/**
 * Who somebody is whom a provider sent. That is said by connection, issuer and subject alone, never by an e-mail
 * address, which a provider may write as it likes.
 */
import { systemScope } from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { sendPersonalMail } from '@/lib/mail/personal';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { newId } from '@/lib/platform/random';
import type { RequestFacts } from '@/lib/platform/request-facts';
import { type Opened, openSession } from './open-session';
import { authorizeOwn, authorizeOwnSignIn, recordOwn } from './own';
import type { SignedIn } from './read-session';
import { type Connection, domainOf, type MappedRole } from './sso-connections';
import type { Claims } from './sso-provider';

type Sent = { connection: Connection; claims: Claims };

const NOT_LINKED =
  'This identity is linked to no sign-in here. Sign in another way, open Your sign-in, and press Link.';

/**
 * Opens a session for whom the provider sent. An account's provider makes members of that account alone, of its
 * verified domain, and the session reaches that account alone.
 * @throws AppError `forbidden` that says what to do
 */
export async function signInBySso(sent: Sent, request: RequestFacts): Promise<Opened> {
  const { connection } = sent;
  return acrossAccounts(systemScope('authentication', request.requestId), async (tx) => {
    const person = (await knownPerson(tx, sent)) ?? (await newPerson(tx, sent, request));
    if (connection.accountId) await holdMembership(tx, { sent, person, request });
    return openSession(tx, {
      ...{ person, request, method: 'sso', confinedTo: connection.accountId },
      detail: { issuer: connection.issuer },
    });
  });
}

/** Links the identity to the person who is signed in and pressed Link. @throws AppError `forbidden` */
export async function linkSso(found: SignedIn, { connection, claims }: Sent): Promise<void> {
  const own = authorizeOwnSignIn(found);
  const { issuer, subject } = claims;
  await acrossAccounts(own.scope, async (tx) => {
    const key = { connectionId: connection.id, issuer, subject };
    const taken = await tx.ssoIdentity.findUnique({
      where: { connectionId_issuer_subject: key },
    });
    if (taken?.personId === own.personId) return;
    if (taken) {
      throw new AppError('forbidden', {
        detail: 'That identity is linked to another sign-in. Unlink it there first.',
      });
    }
    if (connection.accountId && !(await liveMembership(tx, connection.accountId, own.personId))) {
      throw new AppError('forbidden', {
        detail: `You are no member of ${connection.name}, so its identity provider does not sign you in.`,
      });
    }
    await tx.ssoIdentity.create({
      data: { ...key, personId: own.personId, createdAt: currentTime() },
    });
    await recordOwn(tx, own, { action: 'sso.linked', detail: { issuer } });
    const person = await tx.person.findUniqueOrThrow({ where: { id: own.personId } });
    await sendPersonalMail(tx, {
      ...{ address: person.email, personId: person.id, reader: person.name },
      data: {
        kind: 'second-factor-changed',
        what: `You can sign in through ${connection.name} now.`,
      },
      key: `sso/${person.id}/${own.requestId}`,
    });
  });
}

/** A fresh proof from the provider that opened this session. @throws AppError `forbidden` */
export async function confirmBySso(found: SignedIn, { connection, claims }: Sent): Promise<void> {
  const own = authorizeOwn(found);
  await acrossAccounts(own.scope, async (tx) => {
    const person = await knownPerson(tx, { connection, claims });
    if (person?.id !== own.personId || own.confinedTo !== connection.accountId) {
      throw new AppError('forbidden', {
        detail: 'Somebody else came back from the identity provider. Sign in there as yourself.',
      });
    }
    await tx.session.update({
      where: { id: own.sessionId },
      data: { authenticatedAt: currentTime() },
    });
  });
}

/** A repeat changes nothing. */
export async function unlinkSso(
  found: SignedIn,
  key: { connectionId: string; issuer: string; subject: string },
): Promise<void> {
  const own = authorizeOwnSignIn(found);
  await acrossAccounts(own.scope, async (tx) => {
    const person = await tx.person.findUniqueOrThrow({
      where: { id: own.personId },
      include: { passkeys: true },
    });
    if (person.passwordHash === null && person.passkeys.length === 0) {
      throw new AppError('forbidden', {
        detail:
          'It is the only way you sign in. Set a password first: use "Forgotten" on the sign-in page.',
      });
    }
    const { count } = await tx.ssoIdentity.deleteMany({
      where: { ...key, personId: own.personId },
    });
    if (count > 0)
      await recordOwn(tx, own, { action: 'sso.unlinked', detail: { issuer: key.issuer } });
  });
}

async function knownPerson(tx: Tx, { connection, claims: { issuer, subject } }: Sent) {
  const identity = await tx.ssoIdentity.findUnique({
    where: {
      connectionId_issuer_subject: { connectionId: connection.id, issuer, subject },
    },
    include: { person: true },
  });
  if (!identity) return null;
  if (identity.person.disabledAt) throw refused('This sign-in was disabled. Ask your provider.');
  return identity.person;
}

async function newPerson(tx: Tx, { connection, claims }: Sent, request: RequestFacts) {
  const { email, issuer, subject } = claims;
  if (connection.accountId === null) throw refused(NOT_LINKED);
  if (email === null || connection.domain === null || domainOf(email) !== connection.domain) {
    throw refused(
      `${connection.name} lets in people of its verified domain whose address its provider vouches for. Ask an Admin of ${connection.name}.`,
    );
  }
  // Whoever has this address here has it from an invitation or a password; that is theirs to link, not the provider's.
  if (await tx.person.findUnique({ where: { email } })) throw refused(NOT_LINKED);
  const person = await tx.person.create({
    data: {
      ...{ id: newId('person'), email, name: claims.name ?? email, passwordHash: null },
      createdAt: currentTime(),
    },
  });
  await tx.ssoIdentity.create({
    data: {
      ...{ connectionId: connection.id, issuer, subject, personId: person.id },
      createdAt: currentTime(),
    },
  });
  await recordMember(tx, {
    ...{ accountId: connection.accountId, person, request },
    role: await makeMember(tx, connection, person.id, claims),
    action: 'member.added',
  });
  return person;
}

/** A member who was removed stays removed; who is one has the role that the claim names, if it names one. */
async function holdMembership(
  tx: Tx,
  given: { sent: Sent; person: { id: string; name: string; email: string }; request: RequestFacts },
): Promise<void> {
  const { connection, claims } = given.sent;
  const accountId = connection.accountId ?? '';
  const membership = await liveMembership(tx, accountId, given.person.id);
  if (!membership) {
    throw refused(`You are no member of ${connection.name} any more. Ask one of its Admins.`);
  }
  const role = roleOf(connection, claims);
  if (role === null || role === membership.role || membership.role === 'owner') return;
  await tx.membership.update({ where: { id: membership.id }, data: { role, environment: null } });
  const { person, request } = given;
  await recordMember(tx, { accountId, person, request, role, action: 'member.changed' });
}

async function makeMember(tx: Tx, connection: Connection, personId: string, claims: Claims) {
  const role = roleOf(connection, claims) ?? 'viewer';
  await tx.membership.create({
    data: {
      ...{ id: newId('membership'), accountId: connection.accountId ?? '', personId, role },
      createdAt: currentTime(),
    },
  });
  return role;
}

/** The most that any value of the claim stands for; null where it names nothing we know. */
function roleOf({ roleClaim, roleMap }: Connection, { roles }: Claims): MappedRole | null {
  if (roleClaim === null) return null;
  const named = roles.flatMap((value) => (Object.hasOwn(roleMap, value) ? [roleMap[value]] : []));
  const order: MappedRole[] = ['admin', 'manage_mtls', 'viewer'];
  return order.find((role) => named.includes(role)) ?? null;
}

function liveMembership(tx: Tx, accountId: string, personId: string) {
  return tx.membership.findFirst({ where: { accountId, personId, disabledAt: null } });
}

async function recordMember(
  tx: Tx,
  event: {
    accountId: string;
    person: { id: string; name: string; email: string };
    request: RequestFacts;
    role: string;
    action: string;
  },
): Promise<void> {
  const { accountId, person, request, role, action } = event;
  await recordEvent(tx, {
    chain: accountId,
    actor: { kind: 'system', id: 'sso', name: 'single sign-on' },
    requestId: request.requestId,
    action,
    object: { kind: 'person', id: person.id },
    detail: { email: person.email, role },
  });
}

function refused(detail: string): AppError {
  return new AppError('forbidden', { detail });
}

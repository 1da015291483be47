/** Where a person is signed in, and how they end that. */
import type { Session } from '@/generated/prisma/client';
import { AppError } from '@/lib/kernel/errors';
import { isId } from '@/lib/kernel/ids';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { deviceWords } from './device-words';
import { authorizeOwn, type Own, recordOwn } from './own';
import type { SignedIn } from './read-session';

export type OwnSession = {
  id: string;
  device: string;
  address: string | null;
  /** ISO 8601, UTC. */
  since: string;
  lastSeenAt: string;
  method: string;
  current: 'yes' | 'no';
};

/** Those that are open, this one first, then the last used. */
export async function listOwnSessions(found: SignedIn): Promise<OwnSession[]> {
  const own = authorizeOwn(found);
  const rows = await acrossAccounts(own.scope, (tx) => tx.session.findMany({ where: open(own) }));
  return rows.map((row) => view(row, own)).sort(byUse);
}

/** A repeat changes nothing. @throws AppError `not_found` for what is no session of this person */
export async function endOwnSession(found: SignedIn, sessionId: unknown): Promise<void> {
  const own = authorizeOwn(found);
  const gone = new AppError('not_found', { detail: 'There is no such session of yours.' });
  if (!isId('session', sessionId)) throw gone;
  await acrossAccounts(own.scope, async (tx) => {
    const { personId, confinedTo } = own;
    const mine = { id: sessionId, personId, ...(confinedTo === null ? {} : { confinedTo }) };
    if (!(await tx.session.findFirst({ where: mine }))) throw gone;
    const { count } = await tx.session.updateMany({
      where: { ...mine, revokedAt: null },
      data: { revokedAt: currentTime() },
    });
    if (count > 0)
      await recordOwn(tx, own, { action: 'session.ended-elsewhere', detail: { count } });
  });
}

/** Leaves this session alone. @returns how many it ended */
export async function endOtherSessions(found: SignedIn): Promise<number> {
  const own = authorizeOwn(found);
  return acrossAccounts(own.scope, (tx) => endOthers(tx, own));
}

/** For what ends them beside something else, such as a change of the password. */
export async function endOthers(tx: Tx, own: Own): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: { AND: [open(own), { id: { not: own.sessionId } }] },
    data: { revokedAt: currentTime() },
  });
  if (count > 0) await recordOwn(tx, own, { action: 'session.ended-elsewhere', detail: { count } });
  return count;
}

/** An account's own identity provider shows and ends what it opened itself, not what else its people have open. */
function open({ personId, confinedTo }: Own) {
  const now = currentTime();
  const active = new Date(now.getTime() - deployment().sessionLimits.idleMs);
  return {
    personId,
    ...(confinedTo === null ? {} : { confinedTo }),
    revokedAt: null,
    expiresAt: { gt: now },
    OR: [{ lastSeenAt: { gt: active } }, { lastSeenAt: null, createdAt: { gt: active } }],
  };
}

function view(row: Session, own: Own): OwnSession {
  return {
    id: row.id,
    device: deviceWords(row.userAgent),
    address: row.address,
    since: row.createdAt.toISOString(),
    lastSeenAt: (row.lastSeenAt ?? row.createdAt).toISOString(),
    method: row.method,
    current: row.id === own.sessionId ? 'yes' : 'no',
  };
}

function byUse(a: OwnSession, b: OwnSession): number {
  if (a.current !== b.current) return a.current === 'yes' ? -1 : 1;
  return a.lastSeenAt < b.lastSeenAt ? 1 : -1;
}

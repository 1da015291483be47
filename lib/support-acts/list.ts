/** What support reads of its acts, and of the account they are done to. */
import type { SupportAct } from '@/generated/prisma/client';
import { authorizeDeployment, type Principal } from '@/lib/access/scope';
import type { KeyStanding } from '@/lib/contract/key-use';
import type { AccountStanding, SupportActView } from '@/lib/contract/support-acts';
import { enforcedAt } from '@/lib/enforcement/suspension';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { keyStanding } from './key-use';
import { noAct, storedAct } from './record';
import { DECIDE_WITHIN_MS, DO_WITHIN_MS, deadlineOf, stateOf } from './state';

const NEWEST = 30;
const withAccount = { account: { select: { id: true, name: true } } } as const;
type Row = SupportAct & { account: { id: string; name: string } | null };

/** How the account stands, and what was asked for and done there, newest first. @throws AppError `not_found` */
export async function accountActs(
  principal: Principal,
  accountId: string,
): Promise<{ standing: AccountStanding; acts: SupportActView[] }> {
  const scope = authorizeDeployment(principal, 'support.look');
  return acrossAccounts(scope, async (tx) => {
    const standing = await standingOf(tx, accountId);
    const rows = await tx.supportAct.findMany({
      where: { accountId },
      include: withAccount,
      orderBy: [{ askedAt: 'desc' }, { id: 'desc' }],
      take: NEWEST,
    });
    return { standing, acts: viewsOf(rows, principal) };
  });
}

/** What waits for a second person, with the account as it stands; and what was decided lately. */
export async function approvalQueue(principal: Principal): Promise<{
  waiting: { view: SupportActView; standing: AccountStanding | null; key: KeyStanding | null }[];
  decided: SupportActView[];
}> {
  const scope = authorizeDeployment(principal, 'support.look');
  const now = currentTime();
  const since = new Date(now.getTime() - DECIDE_WITHIN_MS - DO_WITHIN_MS);
  return acrossAccounts(scope, async (tx) => {
    const open = await undecided(tx, since);
    const decided = await tx.supportAct.findMany({
      where: { needsSecondPerson: true, decision: { not: null } },
      include: withAccount,
      orderBy: [{ askedAt: 'desc' }, { id: 'desc' }],
      take: NEWEST,
    });
    const waiting = [];
    for (const view of viewsOf(open, principal).filter((one) => one.state === 'waiting')) {
      const { account, act } = view;
      waiting.push({
        view,
        standing: account ? await standingOf(tx, account.id) : null,
        key: act.kind === 'compromise' ? await keyStanding(tx, act.spkiSha256) : null,
      });
    }
    const lapsed = viewsOf(open, principal).filter((one) => one.state !== 'waiting');
    return { waiting, decided: [...lapsed.toReversed(), ...viewsOf(decided, principal)] };
  });
}

/** How many acts wait for a decision that the reader may take; `NEWEST` stands for that many and more. */
export async function awaitingDecisionOf(principal: Principal): Promise<number> {
  const scope = authorizeDeployment(principal, 'support.look');
  const since = new Date(currentTime().getTime() - DECIDE_WITHIN_MS);
  const rows = await acrossAccounts(scope, (tx) => undecided(tx, since));
  return viewsOf(rows, principal).filter(({ may }) => may.decide).length;
}

/** The compromise runs of a key, newest first. */
export async function keyRuns(principal: Principal, spkiSha256: string): Promise<SupportActView[]> {
  const scope = authorizeDeployment(principal, 'support.look');
  const rows = await acrossAccounts(scope, async (tx) => {
    const runs = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM support_act WHERE kind = 'compromise' AND input ->> 'spkiSha256' = ${spkiSha256}
      ORDER BY asked_at DESC LIMIT ${NEWEST}`;
    return tx.supportAct.findMany({
      where: { id: { in: runs.map(({ id }) => id) } },
      include: withAccount,
      orderBy: [{ askedAt: 'desc' }, { id: 'desc' }],
    });
  });
  return viewsOf(rows, principal);
}

/** @throws AppError `not_found` */
export async function readAct(principal: Principal, id: string): Promise<SupportActView> {
  const scope = authorizeDeployment(principal, 'support.look');
  const row = await acrossAccounts(scope, (tx) =>
    tx.supportAct.findUnique({ where: { id }, include: withAccount }),
  );
  const [view] = viewsOf(row ? [row] : [], principal);
  if (!view) throw noAct();
  return view;
}

function undecided(tx: Tx, since: Date): Promise<Row[]> {
  return tx.supportAct.findMany({
    where: { needsSecondPerson: true, decision: null, askedAt: { gt: since } },
    include: withAccount,
    orderBy: [{ askedAt: 'asc' }, { id: 'asc' }],
    take: NEWEST,
  });
}

export function viewsOf(rows: Row[], principal: Principal): SupportActView[] {
  const now = currentTime();
  return rows.map((row) => viewOf(row, principal, now));
}

function viewOf(row: Row, principal: Principal, now: Date): SupportActView {
  const stored = storedAct(row);
  const state = stateOf(stored, now);
  const isOwn = stored.askedBy.id === principal.actor.id;
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    id: row.id,
    act: stored.act,
    account: row.account,
    reason: row.reason,
    askedBy: stored.askedBy.name,
    askedAt: row.askedAt.toISOString(),
    needsSecondPerson: row.needsSecondPerson,
    state,
    until: iso(deadlineOf(stored, now)),
    decidedBy: stored.decidedBy?.name ?? null,
    decidedAt: iso(row.decidedAt),
    decisionNote: row.decisionNote,
    doneAt: iso(row.doneAt),
    endsAt: iso(row.endsAt),
    endedAt: iso(row.endedAt),
    endedBy: row.endedBy,
    outcome: stored.outcome,
    may: {
      decide: state === 'waiting' && !isOwn && holds(principal, 'support.approve'),
      withdraw: state === 'waiting' && isOwn && holds(principal, 'support.act'),
      end: state === 'running' && holds(principal, 'support.act'),
    },
  };
}

/** For what to show; the acts themselves ask again. */
function holds(principal: Principal, permission: 'support.act' | 'support.approve'): boolean {
  try {
    authorizeDeployment(principal, permission);
    return true;
  } catch (error) {
    // Whoever has to confirm first is told so when they press.
    if (error instanceof AppError) return error.code === 'reauthentication_required';
    throw error;
  }
}

async function standingOf(tx: Tx, accountId: string): Promise<AccountStanding> {
  const row = await tx.account.findUnique({
    where: { id: accountId },
    include: {
      memberships: {
        where: { disabledAt: null, person: { disabledAt: null } },
        include: { person: { select: { email: true, name: true } } },
        orderBy: { createdAt: 'asc' },
      },
    },
  });
  if (!row) {
    throw new AppError('not_found', { detail: 'There is no such account. Check the id.' });
  }
  const enforced: AccountStanding['enforced'] = [];
  for (const environment of ENVIRONMENTS) {
    const { isEnforced, suspendedUntil } = await enforcedAt(tx, { accountId, environment });
    if (!isEnforced) continue;
    enforced.push({ environment, suspendedUntil: suspendedUntil?.toISOString() ?? null });
  }
  return {
    id: row.id,
    name: row.name,
    liveLimit: row.liveLimit,
    liveCount: await tx.slot.count({ where: { accountId, releasesAt: { gt: currentTime() } } }),
    plan: row.plan === 'none' ? 'none' : 'standard',
    suspendedAt: row.suspendedAt?.toISOString() ?? null,
    enforced,
    members: row.memberships.map(({ role, environment, person }) => ({
      ...person,
      role,
      environment,
    })),
  };
}

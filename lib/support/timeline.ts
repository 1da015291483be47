import type { AuditEvent, Prisma } from '@/generated/prisma/client';
import { authorizeDeployment, type Principal } from '@/lib/access/scope';
import { eventView } from '@/lib/audit/list';
import type {
  ChangeEvent,
  RefusalRun,
  TimelineItem,
  TimelineKind,
  TimelinePage,
} from '@/lib/contract/support';
import { AppError } from '@/lib/kernel/errors';
import { isId } from '@/lib/kernel/ids';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { type Place, refusalRuns } from './refusal-runs';

const PAGE = 30;

/** Where a page begins: changes below a sequence, runs of refusals before a place. */
type Cursor = { sequence: bigint | null; runs: Place | null };

/** What one page is to show: everything from the newest on, from a cursor on, or from one event or call on. */
export type TimelineQuery = {
  kind?: TimelineKind;
  cursor?: string | undefined;
  /** Ids; those of another account find nothing. */
  event?: string | undefined;
  call?: string | undefined;
};

/**
 * Everything that happened to an account, newest first: refused calls in runs, and every change. A page goes on exactly
 * where the one before it ended, whatever is added meanwhile.
 * @throws AppError `not_found`, `invalid_request` for a cursor that was not given here, `forbidden`
 */
export async function timeline(
  principal: Principal,
  accountId: unknown,
  query: TimelineQuery = {},
): Promise<TimelinePage> {
  const scope = authorizeDeployment(principal, 'support.look');
  const id = knownAccount(accountId);
  const kind = query.kind ?? 'all';
  return acrossAccounts(scope, async (tx) => {
    const from = await startOf(tx, id, query);
    const changes = kind === 'refused' ? [] : await changesOf(tx, id, { kind, from });
    const refused =
      kind === 'all' || kind === 'refused'
        ? await refusalRuns(tx, id, { before: from.runs, take: PAGE + 1 })
        : { runs: [], floor: null };
    return pageOf(from, changes, refused);
  });
}

export function knownAccount(accountId: unknown): string {
  if (isId('account', accountId)) return accountId;
  throw new AppError('not_found', { detail: 'There is no such account.' });
}

/** The newest of both, in one order. Beyond `floor` nothing is known of refusals, so nothing else is shown either. */
function pageOf(
  from: Cursor,
  changes: ChangeEvent[],
  refused: Awaited<ReturnType<typeof refusalRuns>>,
): TimelinePage {
  const { floor } = refused;
  const merged = [...changes, ...refused.runs]
    .filter((one) => floor === null || one.at >= floor.at)
    .toSorted(newestFirst);
  const items = merged.slice(0, PAGE);
  const lastChange = items.findLast((one) => one.kind === 'change');
  const lastRun = items.findLast((one): one is RefusalRun => one.kind === 'refusals');
  const all = changes.length + refused.runs.length;
  if (items.length === all && floor === null) return { items, nextCursor: null };
  const atFloor = floor !== null && items.length === merged.length;
  return {
    items,
    nextCursor: cursorOf({
      sequence: lastChange?.kind === 'change' ? BigInt(lastChange.sequence) : from.sequence,
      runs: atFloor
        ? { ...floor, how: 'goes on' }
        : lastRun
          ? { at: lastRun.at, id: lastRun.id, how: 'goes on' }
          : from.runs,
    }),
  };
}

function newestFirst(a: TimelineItem, b: TimelineItem): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  if (a.kind === 'change' && b.kind === 'change') return b.sequence - a.sequence;
  return a.id < b.id ? 1 : -1;
}

/** Actions by what they are about. */
const ACTIONS: Record<Exclude<TimelineKind, 'all' | 'refused'>, readonly string[]> = {
  certificates: ['certificate.', 'certificates.', 'public-key.'],
  enforcement: ['enforcement.'],
  people: ['member.', 'invitation.', 'session.', 'person.', 'sso.', 'security.', 'passkey.'],
  keys: ['api-key.', 'api-client.'],
  support: ['support.', 'account.'],
};

async function changesOf(
  tx: Tx,
  chain: string,
  { kind, from }: { kind: TimelineKind; from: Cursor },
): Promise<ChangeEvent[]> {
  const prefixes = kind === 'all' || kind === 'refused' ? null : ACTIONS[kind];
  const about: Prisma.AuditEventWhereInput = prefixes
    ? { action: { in: await actionsOf(tx, chain, prefixes) } }
    : {};
  const rows = await tx.auditEvent.findMany({
    where: {
      chain,
      ...about,
      ...(from.sequence === null ? {} : { sequence: { lt: from.sequence } }),
    },
    orderBy: { sequence: 'desc' },
    take: PAGE + 1,
  });
  return rows.map(changeOf);
}

/**
 * What a chain has, each once, by as many steps in its index as there are: the beginning of a text could be looked for
 * in every event alone.
 */
async function actionsOf(tx: Tx, chain: string, prefixes: readonly string[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ action: string }[]>`
    WITH RECURSIVE known AS (
      (SELECT action FROM audit_event WHERE chain = ${chain} ORDER BY action LIMIT 1)
      UNION ALL
      SELECT (SELECT e.action FROM audit_event e WHERE e.chain = ${chain} AND e.action > known.action
        ORDER BY e.action LIMIT 1)
      FROM known WHERE known.action IS NOT NULL
    ) SELECT action FROM known WHERE action IS NOT NULL`;
  return rows
    .map(({ action }) => action)
    .filter((action) => prefixes.some((prefix) => action.startsWith(prefix)));
}

function changeOf(row: AuditEvent): ChangeEvent {
  return { kind: 'change', ...eventView(row) };
}

async function startOf(tx: Tx, accountId: string, query: TimelineQuery): Promise<Cursor> {
  if (query.cursor !== undefined) return cursorFrom(query.cursor);
  if (query.event !== undefined && isId('event', query.event)) {
    const event = await tx.auditEvent.findFirst({ where: { id: query.event, chain: accountId } });
    if (event) return fromThen(event.at, event.sequence + 1n);
  }
  if (query.call !== undefined && isId('event', query.call)) {
    const call = await tx.refusedCall.findFirst({ where: { id: query.call, accountId } });
    if (call) {
      const later = await tx.auditEvent.findFirst({
        where: { chain: accountId, at: { gt: call.at } },
        orderBy: { sequence: 'asc' },
      });
      return fromThen(call.at, later?.sequence ?? null);
    }
  }
  return { sequence: null, runs: null };
}

function fromThen(at: Date, sequence: bigint | null): Cursor {
  const next = new Date(at.getTime() + 1).toISOString();
  return { sequence, runs: { at: next, id: '', how: 'begins' } };
}

function cursorOf({ sequence, runs }: Cursor): string {
  const parts = [sequence === null ? '' : String(sequence)];
  if (runs) parts.push(String(new Date(runs.at).getTime()), runs.id, runs.how);
  return Buffer.from(parts.join('|')).toString('base64url');
}

function cursorFrom(cursor: string): Cursor {
  const [sequence = '', ms, id, how, ...rest] = Buffer.from(cursor, 'base64url')
    .toString()
    .split('|');
  const readable = /^\d{0,18}$/.test(sequence) && rest.length === 0;
  const number = sequence === '' ? null : BigInt(readable ? sequence : 0);
  if (readable && ms === undefined) return { sequence: number, runs: null };
  if (readable && /^\d{1,15}$/.test(ms ?? '') && (id === '' || isId('event', id))) {
    const at = new Date(Number(ms)).toISOString();
    return { sequence: number, runs: { at, id, how: how === 'begins' ? 'begins' : 'goes on' } };
  }
  throw new AppError('invalid_request', {
    detail: 'The cursor was not given by this page. Leave it out to start at the newest event.',
  });
}

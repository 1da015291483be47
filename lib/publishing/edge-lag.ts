import {
  authorize,
  authorizeDeployment,
  type DeploymentScope,
  may,
  type Principal,
  type Scope,
} from '@/lib/access/scope';
import type { EdgeLag } from '@/lib/contract/live';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, inScope, type Tx } from '@/lib/platform/database';
import { processWide } from '@/lib/platform/process-wide';

/** Edges apply a change within a second; ten times that is no longer the network. */
const APPLIED_WITHIN_MS = 10 * SECOND_MS;
/** Edges are heard at least every 20 s. */
const SEEN_WITHIN_MS = MINUTE_MS;
/** An edge that refuses what it is sent says so at each attempt, every two seconds. */
const SAID_WITHIN_MS = MINUTE_MS;
/** The same for everybody, and asked for by every page. */
const KEPT_MS = 2 * SECOND_MS;

type Known = { atMs: number; lags: EdgeLag[] };

/**
 * The edges that decide by old information: those that have not applied a change within ten seconds, those that have
 * said nothing for a minute, and those that refuse what they are sent. An edge that never came is not among them.
 * @throws AppError `forbidden`, `account_suspended`
 */
export async function edgesBehind(principal: Principal): Promise<EdgeLag[]> {
  const scope = may(principal, 'account.read')
    ? authorize(principal, 'account.read')
    : authorizeDeployment(principal, 'accounts.list');
  const known = processWide<Known>('edge-lag', () => ({ atMs: 0, lags: [] }));
  const nowMs = currentTime().getTime();
  if (Math.abs(nowMs - known.atMs) >= KEPT_MS) {
    known.lags = await readIn(scope);
    known.atMs = nowMs;
  }
  return known.lags;
}

function readIn(scope: Scope | DeploymentScope): Promise<EdgeLag[]> {
  return 'accountId' in scope ? inScope(scope, readLags) : acrossAccounts(scope, readLags);
}

/** One look at two indexes per edge, however long the outbox is. */
async function readLags(tx: Tx): Promise<EdgeLag[]> {
  const rows = await tx.$queryRaw<
    { name: string; seen: Date; refused: Date | null; numbered: Date | null; fresh: Date | null }[]
  >`
    SELECT e.name, e.last_seen_at AS seen, e.refused_at AS refused,
      (SELECT c.created_at FROM edge_change c WHERE c.number > coalesce(e.applied_number, 0)
        ORDER BY c.number LIMIT 1) AS numbered,
      (SELECT c.created_at FROM edge_change c WHERE c.number IS NULL ORDER BY c.id LIMIT 1) AS fresh
    FROM edge e WHERE e.revoked_at IS NULL AND e.last_seen_at IS NOT NULL ORDER BY e.name`;
  const nowMs = currentTime().getTime();
  return rows.flatMap(({ name, seen, refused, numbered, fresh }): EdgeLag[] => {
    const missing = numbered ?? fresh;
    if (nowMs - seen.getTime() > SEEN_WITHIN_MS) {
      return [{ edge: name, is: 'silent', since: seen.toISOString() }];
    }
    if (refused !== null && nowMs - refused.getTime() <= SAID_WITHIN_MS) {
      return [{ edge: name, is: 'refusing', since: refused.toISOString() }];
    }
    if (missing !== null && nowMs - missing.getTime() > APPLIED_WITHIN_MS) {
      return [{ edge: name, is: 'behind', since: missing.toISOString() }];
    }
    return [];
  });
}

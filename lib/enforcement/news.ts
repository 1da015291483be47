/** What the banner of every page is made of. */
import { z } from 'zod';
import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import type { EnforcementNews, EnvironmentNews } from '@/lib/contract/enforcement-news';
import type { EnforcementView } from '@/lib/contract/views';
import { ENFORCEMENT_MODES } from '@/lib/kernel/environments';
import { DAY_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { enforcementsOf } from './read';

/** Trials that run, schedules, and for a day trials that went back by themselves. */
export async function enforcementNews(principal: Principal): Promise<EnforcementNews> {
  const scope = authorize(principal, 'enforcement.read');
  return inScope(scope, async (tx) => {
    const now = currentTime();
    const items: EnvironmentNews[] = [];
    for (const view of await enforcementsOf(tx, scope)) {
      const { environment, mode, trial, schedule, suspension } = view;
      const wentBack = trial ? null : await revertedLately(tx, scope, view, now);
      items.push({ environment, mode, trial, schedule, suspension, wentBack });
    }
    return { accountId: scope.accountId, at: now.toISOString(), items };
  });
}

const reverted = z.object({ to: z.enum(ENFORCEMENT_MODES) });

/** Only while it is the newest of what happened to the policy. */
async function revertedLately(
  tx: Tx,
  { accountId }: Scope,
  { environment, changedAt }: EnforcementView,
  now: Date,
): Promise<EnvironmentNews['wentBack']> {
  const since = new Date(now.getTime() - DAY_MS);
  if (changedAt === null || new Date(changedAt) < since) return null;
  const newest = await tx.auditEvent.findFirst({
    where: { chain: accountId, objectId: environment, objectKind: 'enforcement' },
    orderBy: { sequence: 'desc' },
  });
  if (newest?.action !== 'enforcement.reverted' || newest.at < since) return null;
  return { at: newest.at.toISOString(), to: reverted.parse(newest.detail).to };
}

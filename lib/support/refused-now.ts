import { authorizeDeployment, type Principal } from '@/lib/access/scope';
import type { RefusedNow } from '@/lib/contract/support';
import { DAY_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { isRefusal, namesOf } from './calls';

const MOST = 12;
const MOST_READ = 5_000;

/** The accounts whose calls were refused last, of one day: where support may be asked next. */
export async function refusedNow(principal: Principal): Promise<RefusedNow[]> {
  const scope = authorizeDeployment(principal, 'support.look');
  const since = new Date(currentTime().getTime() - DAY_MS);
  return acrossAccounts(scope, async (tx) => {
    const rows = await tx.$queryRaw<
      { accountId: string; code: string; calls: number; lastAt: Date; callId: string }[]
    >`
      SELECT account_id AS "accountId", (array_agg(code ORDER BY at DESC))[1] AS code, count(*)::int AS calls,
        max(at) AS "lastAt", (array_agg(id ORDER BY at DESC))[1] AS "callId" FROM (
        SELECT id, account_id, code, at FROM refused_call WHERE at >= ${since} AND account_id IS NOT NULL
        ORDER BY at DESC LIMIT ${MOST_READ}
      ) recent GROUP BY account_id ORDER BY 4 DESC LIMIT ${MOST}`;
    const names = await namesOf(
      tx,
      rows.map((row) => row.accountId),
    );
    return rows.flatMap(({ accountId, code, calls, lastAt, callId }) => {
      const account = names.get(accountId);
      if (!account || !isRefusal(code)) return [];
      return [{ account, code, calls, lastAt: lastAt.toISOString(), callId }];
    });
  });
}

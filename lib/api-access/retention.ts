/** Replies that were kept for a repeat are removed after a day. */
import { type DeploymentScope, systemScope } from '@/lib/access/scope';
import { DAY_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';

const ROWS_AT_ONCE = 2_000;

/** For whatever does it again and again. Any number of portals may. */
export async function forgetKeptReplies(): Promise<void> {
  await forgetReplies(systemScope('authentication', 'retention'));
}

/** Removes what is older than a day, a bounded number in each transaction. */
export async function forgetReplies(scope: DeploymentScope): Promise<void> {
  const before = new Date(currentTime().getTime() - DAY_MS);
  let removed = ROWS_AT_ONCE;
  while (removed === ROWS_AT_ONCE) {
    removed = await acrossAccounts(
      scope,
      (tx) => tx.$executeRaw`
        DELETE FROM idempotency_record WHERE digest IN (SELECT digest FROM idempotency_record
          WHERE created_at < ${before} LIMIT ${ROWS_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    );
  }
}

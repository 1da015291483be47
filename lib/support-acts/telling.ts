/** What every act tells when it is done: the account's own trail, and its people. */
import type { DeploymentScope } from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import type { Act, ActOutcome } from '@/lib/contract/support-acts';
import { AppError } from '@/lib/kernel/errors';
import { recordNotice } from '@/lib/mail/notices';
import type { SupportNotice } from '@/lib/mail/support-notices';
import type { Tx } from '@/lib/platform/database';
import { actDetail, type StoredAct } from './record';

export type Done = { outcome: ActOutcome; endsAt: Date | null };
/** What a doer works with; it holds the account's lock, as the owner of the tables. */
export type Doing<A extends Act = Act> = {
  scope: DeploymentScope;
  row: StoredAct;
  act: A;
  accountId: string;
};

type Named = { kind: string; id: string };

/** The one event of the act, in the account's own trail. */
export async function recordAccountEvent(
  tx: Tx,
  { scope, row, accountId }: Omit<Doing, 'act'>,
  event: { action: string; detail: Record<string, string | number>; object?: Named },
): Promise<void> {
  await recordEvent(tx, {
    chain: accountId,
    actor: scope.actor,
    requestId: scope.requestId,
    action: event.action,
    object: event.object ?? { kind: 'account', id: accountId },
    detail: { ...event.detail, ...actDetail(row) },
  });
}

export function tell(
  tx: Tx,
  { row, accountId }: Omit<Doing, 'act'>,
  data: SupportNotice,
): Promise<void> {
  return recordNotice(tx, { accountId, key: `act/${row.id}`, data });
}

export function saidBy({ row }: Omit<Doing, 'act'>): { by: string; reason: string } {
  return { by: row.askedBy.name, reason: row.reason };
}

export function already(detail: string): AppError {
  return new AppError('invalid_request', { detail: `${detail} Nothing was changed.` });
}

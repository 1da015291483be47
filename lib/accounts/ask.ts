import { authorize, type Principal } from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { recordNotice } from '@/lib/mail/notices';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
import { lockAccount } from './lock';

/**
 * Asks the account's Owners and Admins for Manage mTLS, by mail and in the activity, where support sees it too. Asking
 * again on the same day changes nothing.
 * @param environment where it is wanted; null: everywhere
 * @throws AppError `already_permitted` for who has it, `forbidden` for who is no member
 */
export async function askForManageMtls(
  principal: Principal,
  environment: Environment | null,
): Promise<void> {
  const scope = authorize(principal, 'account.read');
  const { accountId, actor, requestId } = scope;
  mustLackIt(principal, environment);
  const day = currentTime().toISOString().slice(0, 10);
  const key = `asked/${accountId}/${actor.id}/${environment ?? 'all'}/${day}`;
  await inScope(scope, async (tx) => {
    await lockAccount(tx, accountId);
    if (await tx.notice.findUnique({ where: { key } })) return;
    const data = { kind: 'access-asked' as const, by: actor.name, personId: actor.id, environment };
    await recordNotice(tx, { accountId, key, data });
    await recordEvent(tx, {
      chain: accountId,
      actor,
      requestId,
      action: 'member.asked',
      object: { kind: 'person', id: actor.id },
      detail: { environment },
    });
  });
}

function mustLackIt({ actor, roles, actsIn }: Principal, environment: Environment | null): void {
  const isMember = roles.includes('viewer') || roles.includes('manage_mtls');
  if (
    actor.kind !== 'person' ||
    (!isMember && !roles.includes('owner') && !roles.includes('admin'))
  ) {
    throw new AppError('forbidden', {
      detail: 'Only a member of the account asks for more in it. Ask the account to invite you.',
    });
  }
  const holds = !roles.includes('viewer') && (actsIn === undefined || actsIn === environment);
  if (!holds) return;
  throw new AppError('already_permitted', {
    detail: 'You have this permission by now. Load the page again.',
  });
}

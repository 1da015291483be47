import type { MemberRole } from '@/lib/access/permissions';
import type { DeploymentScope } from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import type { Tx } from '@/lib/platform/database';
import { lockAccount } from './lock';
import { boundRole } from './members';

/**
 * Gives a member of an account a role on the provider's side, with the reason in the account's own activity. The same
 * again changes nothing. Owners are the account's own affair: nobody is made one so, and none is touched.
 * @param input.environment of Manage mTLS: the only one it is for; null: both
 * @throws AppError `not_found`, `forbidden` for Owners, `account_suspended`
 */
export async function grantRole(
  tx: Tx,
  scope: DeploymentScope,
  input: {
    accountId: string;
    personId: string;
    role: Exclude<MemberRole, 'owner'>;
    environment: Environment | null;
    reason: string;
  },
): Promise<void> {
  const { accountId, personId, reason } = input;
  const wanted = boundRole(input);
  await lockAccount(tx, accountId);
  const before = await tx.membership.findFirst({
    where: { accountId, personId, disabledAt: null },
    include: { person: true },
  });
  if (!before) {
    throw new AppError('not_found', {
      detail: 'This person is no member of the account. Look at its list of members again.',
    });
  }
  if (before.role === 'owner') {
    throw new AppError('forbidden', {
      detail: 'The role of an Owner is changed by an Owner of the account. Nothing was changed.',
    });
  }
  if (before.role === wanted.role && before.environment === wanted.environment) return;
  await tx.membership.update({ where: { id: before.id }, data: wanted });
  await recordEvent(tx, {
    chain: accountId,
    actor: scope.actor,
    requestId: scope.requestId,
    action: 'member.changed',
    object: { kind: 'person', id: personId },
    detail: { email: before.person.email, from: before.role, ...wanted, reason },
  });
}

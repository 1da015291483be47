import type { Act } from '@/lib/contract/support-acts';
import { AppError } from '@/lib/kernel/errors';
import type { Tx } from '@/lib/platform/database';
import { already, type Doing, type Done, recordAccountEvent, saidBy, tell } from './telling';

/**
 * Gives a member the right to manage mTLS, in one environment or in all; nobody loses a right by it.
 * @throws AppError `not_found` for whoever is no member, `invalid_request` for who may already
 */
export async function grantManageMtls(
  tx: Tx,
  doing: Doing<Extract<Act, { kind: 'grant-manage-mtls' }>>,
): Promise<Done> {
  const { accountId } = doing;
  const email = doing.act.email.toLowerCase();
  const membership = await tx.membership.findFirst({
    where: { accountId, disabledAt: null, person: { email, disabledAt: null } },
  });
  if (!membership) {
    throw new AppError('not_found', {
      detail: `${email} is no member of this account. Have an admin of it invite them first.`,
    });
  }
  const environment = widened(membership, doing.act.environment);
  if (environment === undefined) throw already(`${email} may manage mTLS there already.`);
  const right = { role: 'manage_mtls', environment };
  await tx.membership.update({ where: { id: membership.id }, data: right });
  await recordAccountEvent(tx, doing, {
    action: 'member.changed',
    object: { kind: 'person', id: membership.personId },
    detail: { email, from: membership.role, role: right.role, ...(environment && { environment }) },
  });
  await tell(tx, doing, { kind: 'rights-granted', ...saidBy(doing), email });
  return { outcome: { before: membership.role }, endsAt: null };
}

/** Where the member may manage mTLS with what is granted added; undefined: nothing would be. */
function widened(
  had: { role: string; environment: string | null },
  granted: string | null,
): string | null | undefined {
  if (had.role === 'viewer') return granted;
  if (had.role !== 'manage_mtls' || had.environment === null) return undefined;
  return had.environment === granted ? undefined : null;
}

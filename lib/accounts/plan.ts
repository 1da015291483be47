/** Whether an account's plan includes mutual TLS. What is live goes on without it; nothing new is made. */
import { authorize, type Principal } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { inScope, type Tx } from '@/lib/platform/database';

export async function hasPlan(principal: Principal): Promise<boolean> {
  const scope = authorize(principal, 'account.read');
  return inScope(scope, async (tx) => (await planOf(tx, scope.accountId)) !== 'none');
}

/**
 * Passes where new certificates and enforcement are part of the plan.
 * @throws AppError `plan_required`
 */
export async function requirePlan(tx: Tx, accountId: string): Promise<void> {
  if ((await planOf(tx, accountId)) !== 'none') return;
  throw new AppError('plan_required', {
    detail:
      'The plan of this account does not include mutual TLS. What is live goes on working; nothing new is issued, renewed or enforced. Ask your provider for the plan.',
  });
}

async function planOf(tx: Tx, id: string): Promise<string> {
  const { plan } = await tx.account.findUniqueOrThrow({ where: { id }, select: { plan: true } });
  return plan;
}

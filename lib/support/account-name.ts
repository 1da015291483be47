import { authorizeDeployment, type Principal } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { acrossAccounts } from '@/lib/platform/database';
import { knownAccount } from './timeline';

/** What an account is called, for a heading. @throws AppError `not_found`, `forbidden` */
export async function accountName(principal: Principal, accountId: unknown): Promise<string> {
  const scope = authorizeDeployment(principal, 'support.look');
  const id = knownAccount(accountId);
  const row = await acrossAccounts(scope, (tx) =>
    tx.account.findUnique({ where: { id }, select: { name: true } }),
  );
  if (!row) throw new AppError('not_found', { detail: 'There is no such account.' });
  return row.name;
}

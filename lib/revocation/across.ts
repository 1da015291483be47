import { systemScope } from '@/lib/access/scope';
import { acrossAccounts, type Tx } from '@/lib/platform/database';

/** Lists and answers are about the certificates of all accounts, and asked for by nobody in particular. */
export function acrossRevocations<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  return acrossAccounts(systemScope('revocation', 'revocation'), work);
}

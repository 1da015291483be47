import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AccountList } from '@/components/accounts/account-list';
import { listAccounts } from '@/lib/accounts/manage';
import { requireSignedIn } from '@/lib/identity/session';
import { switchAccountAction } from '../actions';
import { attempt } from '../attempt';

export const metadata: Metadata = { title: 'Accounts' };

export default async function AccountsPage() {
  const { principal, account } = await requireSignedIn();
  const accounts = await attempt(() => listAccounts(principal));
  if (!accounts.ok) notFound();
  return (
    <AccountList
      accounts={accounts.value}
      current={account?.id ?? null}
      action={switchAccountAction}
    />
  );
}

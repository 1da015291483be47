import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { z } from 'zod';
import { AccountList } from '@/components/accounts/account-list';
import { requireSignedIn } from '@/lib/identity/session';
import { accountsByName } from '@/lib/support/list-accounts';
import { attempt } from '../attempt';
import { deskOf } from '../opened';

export const metadata: Metadata = { title: 'Accounts' };

const asked = z.object({
  begin: z.string().trim().max(100).catch(''),
  after: z.string().min(1).max(400).optional().catch(undefined),
});

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function AccountsPage({ searchParams }: Props) {
  const signedIn = await requireSignedIn();
  const { begin, after } = asked.parse(await searchParams);
  const page = await attempt(() => accountsByName(signedIn.principal, { begin, after }));
  if (!page.ok) notFound();
  return (
    <AccountList
      accounts={page.value.items}
      begin={begin}
      after={after}
      nextAfter={page.value.nextAfter}
      opens={deskOf(signedIn) === 'support' ? 'yes' : 'no'}
    />
  );
}

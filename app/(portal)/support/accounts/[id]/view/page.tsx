import type { Metadata } from 'next';
import { casePath } from '@/components/support/paths';
import { ViewForm } from '@/components/support/view-form';
import { Link } from '@/components/ui/link';
import { requireSignedIn } from '@/lib/identity/session';
import { accountName } from '@/lib/support/account-name';
import { VIEW_MINUTES } from '@/lib/support/view-as';
import { orNotFound } from '../../../../attempt';
import { startViewAction } from '../../../actions';

export const metadata: Metadata = { title: 'View as customer' };

export default async function ViewPage({ params }: { params: Promise<{ id: string }> }) {
  const { principal } = await requireSignedIn();
  const { id } = await params;
  const account = await orNotFound(() => accountName(principal, id));
  return (
    <>
      <div>
        <p className="crumb">
          <Link href={casePath(id)}>{account}</Link>
        </p>
        <h1 className="title">See {account} as its customers do</h1>
        <p className="lede">
          For {VIEW_MINUTES} minutes this portal shows you what a viewer of the account sees. You
          can read and change nothing, and the support desk is closed until you end it.
        </p>
      </div>
      <ViewForm account={account} action={startViewAction.bind(null, id)} />
    </>
  );
}

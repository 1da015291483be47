import type { Metadata } from 'next';
import { AskForIt } from '@/components/members/ask-for-it';
import { PermissionMatrix } from '@/components/members/permission-matrix';
import { permissionTable } from '@/lib/contract/permission-table';
import { requireSignedIn } from '@/lib/identity/session';
import { askAction } from '../members/actions';

export const metadata: Metadata = { title: 'Permissions' };

export default async function PermissionsPage() {
  const { principal, role } = await requireSignedIn();
  const { roles, actsIn } = principal;
  const mayAsk = roles.includes('viewer') || actsIn !== undefined;
  return (
    <>
      <div className="head">
        <div>
          <h1 className="title">Permissions</h1>
          <p className="lede">Who may do what. You are {role} here.</p>
        </div>
        {mayAsk ? <AskForIt action={askAction.bind(null, null)} /> : null}
      </div>
      <div className="sheet overflow-hidden">
        <PermissionMatrix groups={permissionTable()} mine={roles} />
      </div>
      <ul className="prose-line small soft grid gap-2">
        <li>
          <sup>1</sup> Manage mTLS can be given for Sandbox or Production alone: it then reads
          everything and acts in that one.
        </li>
        <li>* You confirm who you are when you last did so more than 30 minutes ago.</li>
        <li>Only an Owner makes, changes or removes Owners. The last Owner stays.</li>
        <li>
          In the accounts below yours, Owners and Admins are Admin; everybody else of yours is
          Viewer there.
        </li>
        <li>An API key belongs to the account, not to who made it, and has its scopes alone.</li>
        <li>In a suspended account nobody but support reads, and nobody changes anything.</li>
      </ul>
    </>
  );
}

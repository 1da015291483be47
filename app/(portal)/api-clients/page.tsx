import type { Metadata } from 'next';
import { ApiClientTable } from '@/components/api-clients/api-client-table';
import { Empty } from '@/components/ui/empty';
import { listApiClients } from '@/lib/api-clients/list';
import { inAccount } from '../opened';

export const metadata: Metadata = { title: 'API clients' };

export default async function ApiClientsPage() {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal } = signedIn;
  const clients = await listApiClients(principal);
  return (
    <>
      <div>
        <h1 className="title">API clients</h1>
        <p className="lede">
          The names your programs use at the API. A certificate comes in addition to them, and both
          have to belong to this account. Your provider adds and disables API clients.
        </p>
      </div>
      {clients.length === 0 ? (
        <div className="sheet">
          <Empty title="No API client yet">
            Ask your provider to add one. You can issue a certificate before that.
          </Empty>
        </div>
      ) : (
        <div className="sheet overflow-hidden">
          <ApiClientTable clients={clients} />
        </div>
      )}
    </>
  );
}

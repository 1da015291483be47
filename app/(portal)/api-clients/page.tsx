import type { Metadata } from 'next';
import { ApiClientTable } from '@/components/api-clients/api-client-table';
import { Hatch, Swatch } from '@/components/traffic/bars';
import { Empty } from '@/components/ui/empty';
import { Env } from '@/components/ui/env';
import { apiClientConnections } from '@/lib/activity/connections';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { inAccount } from '../opened';

export const metadata: Metadata = { title: 'API clients' };

export default async function ApiClientsPage() {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal } = signedIn;
  const all = await Promise.all(
    ENVIRONMENTS.map((environment) => apiClientConnections(principal, environment)),
  );
  const known = all.filter(({ items }) => items.length > 0);
  return (
    <>
      <div>
        <h1 className="title">API clients</h1>
        <p className="lede">
          The names your programs use at the API. A certificate comes in addition to them, and both
          have to belong to this account. Your provider adds and disables API clients.
        </p>
      </div>
      <Hatch />
      {known.length === 0 ? (
        <div className="sheet">
          <Empty title="No API client yet">
            Ask your provider to add one. You can issue a certificate before that.
          </Empty>
        </div>
      ) : null}
      {known.map((connections) => (
        <section key={connections.environment} aria-labelledby={`${connections.environment}-title`}>
          <div className="bar-head">
            <h2 className="h2" id={`${connections.environment}-title`}>
              <Env environment={connections.environment} size="text" />
            </h2>
            <Legend />
          </div>
          <div className="sheet overflow-hidden">
            <ApiClientTable connections={connections} />
          </div>
        </section>
      ))}
      {known.length > 0 ? <Meaning /> : null}
    </>
  );
}

function Legend() {
  return (
    <p className="small quiet end bar-key">
      <span>
        <Swatch kind="own" /> mTLS
      </span>
      <span>
        <Swatch kind="without" /> standard
      </span>
    </p>
  );
}

function Meaning() {
  return (
    <p className="small quiet prose-line">
      A call without a certificate counts as the API client's own where the API took its password.
      One that was answered 401 or 403 proves nothing, because anybody can name your API client: it
      neither holds enforcement back nor speaks for it.
    </p>
  );
}

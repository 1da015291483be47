import type { Metadata } from 'next';
import { KeyTable } from '@/components/api-keys/key-table';
import { LeakedKeys } from '@/components/api-keys/leaked-keys';
import { Unattended } from '@/components/api-keys/unattended';
import { Empty } from '@/components/ui/empty';
import { Link } from '@/components/ui/link';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { listApiKeys } from '@/lib/api-access/own-keys';
import { deployment } from '@/lib/platform/deployment';
import { attempt } from '../attempt';
import { inAccount } from '../opened';

export const metadata: Metadata = { title: 'API keys' };

const PER_PAGE = 50;

type Props = { searchParams: Promise<{ cursor?: string }> };

export default async function ApiKeysPage({ searchParams }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, can } = signedIn;
  const { cursor } = await searchParams;
  const page = await attempt(() => listApiKeys(principal, { limit: PER_PAGE, cursor }));
  const make = can('api-keys.manage') ? (
    <Link className="btn btn-primary" href="/api-keys/new">
      New API key
    </Link>
  ) : null;
  return (
    <>
      <div className="head">
        <div>
          <h1 className="title">API keys</h1>
          <p className="lede">
            What your programs show when they call this portal over REST. A key belongs to the
            account, not to a person.{' '}
            <Link className="link" href="/reference">
              API reference
            </Link>
          </p>
        </div>
        {make ? <div className="acts">{make}</div> : null}
      </div>
      {page.ok ? null : <ProblemNotice problem={page.problem} />}
      {page.ok && page.value.items.length === 0 ? (
        <div className="sheet">
          <Empty title="No API key yet">
            {make
              ? 'Make one for each program, with no more rights than it needs.'
              : 'An Owner or Admin of the account makes them.'}
          </Empty>
        </div>
      ) : null}
      {page.ok && page.value.items.length > 0 ? (
        <div className="sheet overflow-hidden">
          <KeyTable keys={page.value.items} />
          <More cursor={cursor} next={page.value.nextCursor} />
        </div>
      ) : null}
      <Unattended publicUrl={deployment().publicUrl} />
      <LeakedKeys />
    </>
  );
}

function More({ cursor, next }: { cursor: string | undefined; next: string | null }) {
  if (!cursor && !next) return null;
  return (
    <nav className="more" aria-label="Pages">
      {cursor ? (
        <Link className="link" href="/api-keys">
          Newest keys
        </Link>
      ) : (
        <span />
      )}
      {next ? (
        <Link className="link" href={`/api-keys?cursor=${encodeURIComponent(next)}`}>
          Older keys
        </Link>
      ) : null}
    </nav>
  );
}

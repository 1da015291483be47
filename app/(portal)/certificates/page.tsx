import type { Metadata } from 'next';
import { CertificateFilters } from '@/components/certificates/certificate-filters';
import { CertificateTable } from '@/components/certificates/certificate-table';
import { PendingNotice } from '@/components/certificates/pending-notice';
import { listPath } from '@/components/certificates/query';
import { Empty } from '@/components/ui/empty';
import { Link } from '@/components/ui/link';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { listCertificates } from '@/lib/certificates/list';
import { listPendingCertificates } from '@/lib/certificates/pending';
import { listQuery } from '@/lib/contract/operations';
import { attempt } from '../attempt';
import { inAccount } from '../opened';

export const metadata: Metadata = { title: 'Certificates' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function CertificatesPage({ searchParams }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, can } = signedIn;
  const asked = listQuery.safeParse(await searchParams);
  const query = asked.success ? asked.data : listQuery.parse({});
  const page = await attempt(() => listCertificates(principal, query));
  // They come before the newest certificate, and have no status of one.
  const first = page.ok && !query.cursor && !query.status;
  const pending = first
    ? (await listPendingCertificates(principal, { environment: query.environment })).items
    : [];
  const rows = page.ok ? page.value.items.length + pending.length : 0;
  return (
    <>
      <div className="head">
        <div>
          <h1 className="title">Certificates</h1>
          <p className="lede">Every certificate of this account, newest first.</p>
        </div>
        {can('certificates.issue') ? (
          <div className="acts">
            <Link className="btn btn-primary" href="/certificates/new">
              Issue certificate
            </Link>
          </div>
        ) : null}
      </div>
      <PendingNotice pending={pending} />
      <CertificateFilters filter={query} />
      {page.ok ? null : <ProblemNotice problem={page.problem} />}
      {page.ok && rows === 0 ? (
        <div className="sheet">
          <Nothing filtered={Boolean(query.environment || query.status)} />
        </div>
      ) : null}
      {page.ok && rows > 0 ? (
        <div className="sheet overflow-hidden">
          <CertificateTable certificates={page.value.items} pending={pending} now={new Date()} />
          <More query={query} nextCursor={page.value.nextCursor} />
        </div>
      ) : null}
    </>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  if (filtered) {
    const all = (
      <Link className="btn" href="/certificates">
        Show all certificates
      </Link>
    );
    return <Empty title="No certificate matches" act={all} />;
  }
  return (
    <Empty title="No certificate yet">
      Issue one from a signing request (CSR). Your private key stays with you.
    </Empty>
  );
}

function More({
  query,
  nextCursor,
}: {
  query: Parameters<typeof listPath>[0];
  nextCursor: string | null;
}) {
  if (!query.cursor && !nextCursor) return null;
  return (
    <nav className="more" aria-label="Pages">
      {query.cursor ? (
        <Link className="link" href={listPath({ ...query, cursor: undefined })}>
          Newest certificates
        </Link>
      ) : (
        <span />
      )}
      {nextCursor ? (
        <Link className="link" href={listPath({ ...query, cursor: nextCursor })}>
          Older certificates
        </Link>
      ) : null}
    </nav>
  );
}

import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { Hits } from '@/components/support/hits';
import { hitPath } from '@/components/support/paths';
import { RefusedNowList } from '@/components/support/refused-now';
import { SearchBox } from '@/components/support/search-box';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { requireSignedIn } from '@/lib/identity/session';
import { refusedNow } from '@/lib/support/refused-now';
import { find } from '@/lib/support/search';
import { attempt } from '../attempt';
import { findAction } from './actions';
import { askedOf } from './asked';

export const metadata: Metadata = { title: 'Find' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** One box; a single hit leads straight to its account. */
export default async function SupportPage({ searchParams }: Props) {
  const { principal } = await requireSignedIn();
  const { q } = askedOf(await searchParams);
  const found = await attempt(() => find(principal, q ?? ''));
  if (!found.ok && found.problem.code === 'forbidden') notFound();
  const finding = found.ok ? found.value : null;
  const [only, ...others] = finding?.hits ?? [];
  const path = finding && only && others.length === 0 ? hitPath(only, finding.asked) : null;
  if (path) redirect(path);
  const refused = finding ? null : await refusedNow(principal);
  return (
    <>
      <div>
        <h1 className="sr-only">Find an account, certificate or call</h1>
        <SearchBox asked={finding?.asked ?? ''} action={findAction} />
        {finding || q ? null : (
          <p className="small soft understood">
            Paste anything the customer sent. A certificate may come with its chain; a private key
            is refused and not kept.
          </p>
        )}
      </div>
      {found.ok ? null : <ProblemNotice problem={found.problem} />}
      {finding ? <Hits finding={finding} /> : null}
      {refused ? <RefusedNowList accounts={refused} /> : null}
    </>
  );
}

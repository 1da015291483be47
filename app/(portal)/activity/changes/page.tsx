import type { Metadata } from 'next';
import {
  type ChangeFilter,
  changesExportPath,
  changesPath,
  isNarrowed,
} from '@/components/activity/change-filter';
import { ChangeFilterBar } from '@/components/activity/change-filter-bar';
import { Changes } from '@/components/activity/changes';
import { ExportCard } from '@/components/activity/export-card';
import { ActivityHeading } from '@/components/activity/heading';
import { Empty } from '@/components/ui/empty';
import { Link } from '@/components/ui/link';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { may, type Principal } from '@/lib/access/scope';
import { auditKey } from '@/lib/audit/key';
import { changeChoices, listChanges } from '@/lib/audit/list';
import { attempt } from '../../attempt';
import { inAccount } from '../../opened';
import { askedChanges, auditFilterOf } from './asked';

export const metadata: Metadata = { title: 'Changes' };

const ROWS = 30;

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ChangesPage({ searchParams }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal } = signedIn;
  const filter = askedChanges(await searchParams);
  return (
    <>
      <ActivityHeading picked="changes" />
      <div className="grid gap-6">
        <ChangeFilterBar filter={filter} choices={await changeChoices(principal)} />
        <Stream principal={principal} filter={filter} />
        {may(principal, 'audit.export') ? (
          <ExportCard
            title={`Export ${isNarrowed(filter) ? 'these changes' : 'all changes'}`}
            paths={{
              jsonl: changesExportPath(filter, 'jsonl'),
              csv: changesExportPath(filter, 'csv'),
            }}
            auditKey={auditKey()}
          />
        ) : null}
      </div>
    </>
  );
}

async function Stream({ principal, filter }: { principal: Principal; filter: ChangeFilter }) {
  const { cursor } = filter;
  const page = await attempt(() =>
    listChanges(principal, auditFilterOf(filter), { limit: ROWS, cursor }),
  );
  if (!page.ok) return <ProblemNotice problem={page.problem} />;
  const { items, nextCursor } = page.value;
  return (
    <div className="sheet overflow-hidden">
      {items.length === 0 ? <None filter={filter} /> : <Changes events={items} />}
      {cursor || nextCursor ? (
        <nav className="more" aria-label="Pages">
          {cursor ? (
            <Link className="link" href={changesPath({ ...filter, cursor: undefined })}>
              Newest changes
            </Link>
          ) : (
            <span />
          )}
          {nextCursor ? (
            <Link className="link" href={changesPath({ ...filter, cursor: nextCursor })}>
              Older changes
            </Link>
          ) : null}
        </nav>
      ) : null}
    </div>
  );
}

function None({ filter }: { filter: ChangeFilter }) {
  if (!isNarrowed(filter)) {
    return (
      <Empty title="No change yet">
        Every certificate, label, revocation and change of enforcement appears here.
      </Empty>
    );
  }
  const act = (
    <Link className="btn" href="/activity/changes">
      Show all changes
    </Link>
  );
  return (
    <Empty title="No change matches" act={act}>
      All of what you asked for must be true of one change. Leave something out.
    </Empty>
  );
}

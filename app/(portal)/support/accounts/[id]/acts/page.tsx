import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { ActForm } from '@/components/support-acts/act-form';
import { ActList } from '@/components/support-acts/act-list';
import { ActPicks } from '@/components/support-acts/act-picks';
import { isAccountActKind, offeredTo } from '@/components/support-acts/words';
import { Badge } from '@/components/ui/badge';
import { Link } from '@/components/ui/link';
import { requireSignedIn } from '@/lib/identity/session';
import { accountActs } from '@/lib/support-acts/list';
import { attempt } from '../../../../attempt';
import { askAction, endAction, withdrawAction } from '../../../act-actions';

export const metadata: Metadata = { title: 'Act on account' };

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** One act at a time: what it does, why, and on whom; under it what was asked for before. */
export default async function ActsPage({ params, searchParams }: Props) {
  const { principal } = await requireSignedIn();
  const { id } = await params;
  const { act } = await searchParams;
  const read = await attempt(() => accountActs(principal, id));
  if (!read.ok) notFound();
  const { standing, acts } = read.value;
  const kinds = offeredTo(standing);
  const kind = isAccountActKind(act) && kinds.includes(act) ? act : null;
  return (
    <>
      <div>
        <p className="small">
          <Link className="link" href={`/support/accounts/${id}`}>
            {standing.name}
          </Link>
        </p>
        <h1 className="title">
          Act on {standing.name}{' '}
          {standing.suspendedAt ? (
            <Badge shape="refused" form="pill">
              Suspended
            </Badge>
          ) : null}
        </h1>
        <p className="lede">
          Each act has a reason, which the customer reads in its activity. What can hurt traffic
          waits for a support lead.
        </p>
      </div>
      <div className="cols">
        <div className="c5">
          <ActPicks accountId={id} kinds={kinds} picked={kind} />
        </div>
        <div className="c7 grid content-start gap-6">
          {kind ? (
            <ActForm
              key={kind}
              kind={kind}
              standing={standing}
              action={askAction.bind(null, id, kind)}
            />
          ) : null}
          <section className="sheet" aria-labelledby="asked-title">
            <div className="sheet-head">
              <h2 className="h2" id="asked-title">
                Asked for and done
              </h2>
            </div>
            <ActList
              acts={acts}
              account="known"
              actions={(actId) => ({
                withdraw: withdrawAction.bind(null, actId),
                end: endAction.bind(null, actId),
              })}
            />
          </section>
        </div>
      </div>
    </>
  );
}

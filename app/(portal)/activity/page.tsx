import type { Metadata } from 'next';
import { Changes } from '@/components/activity/changes';
import { Tabs } from '@/components/ui/chips';
import { Empty } from '@/components/ui/empty';
import { Link } from '@/components/ui/link';
import { ProblemNotice } from '@/components/ui/problem-notice';
import type { Principal } from '@/lib/access/scope';
import { listActivity } from '@/lib/audit/list';
import { attempt } from '../attempt';
import { inAccount } from '../opened';
import { askedOf } from './asked';
import { CallStream } from './call-stream';

export const metadata: Metadata = { title: 'Activity' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ActivityPage({ searchParams }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal } = signedIn;
  const asked = askedOf(await searchParams);
  return (
    <>
      <div>
        <h1 className="title">Activity</h1>
        <p className="lede">
          Calls are what edges refused and let pass. Changes are what people and programs did here.
        </p>
      </div>
      <div>
        <Tabs
          label="Stream"
          choices={[
            { name: 'Calls', href: '/activity', picked: asked.stream === 'calls' },
            {
              name: 'Changes',
              href: '/activity?stream=changes',
              picked: asked.stream === 'changes',
            },
          ]}
        />
        <div className="mt-6 grid gap-6">
          {asked.stream === 'calls' ? (
            <CallStream principal={principal} filter={asked} />
          ) : (
            <ChangeStream principal={principal} cursor={asked.cursor} />
          )}
        </div>
      </div>
    </>
  );
}

async function ChangeStream({
  principal,
  cursor,
}: {
  principal: Principal;
  cursor: string | undefined;
}) {
  const page = await attempt(() => listActivity(principal, { cursor }));
  if (!page.ok) return <ProblemNotice problem={page.problem} />;
  const { items, nextCursor } = page.value;
  return (
    <div className="sheet overflow-hidden">
      {items.length === 0 ? (
        <Empty title="No change yet">
          Every certificate, label, revocation and change of enforcement appears here.
        </Empty>
      ) : (
        <Changes events={items} />
      )}
      {cursor || nextCursor ? (
        <nav className="more" aria-label="Pages">
          {cursor ? (
            <Link className="link" href="/activity?stream=changes">
              Newest changes
            </Link>
          ) : (
            <span />
          )}
          {nextCursor ? (
            <Link className="link" href={`/activity?stream=changes&cursor=${nextCursor}`}>
              Older changes
            </Link>
          ) : null}
        </nav>
      ) : null}
    </div>
  );
}

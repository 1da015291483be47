import type { Metadata } from 'next';
import { z } from 'zod';
import { Calls } from '@/components/activity/calls';
import { Changes } from '@/components/activity/changes';
import { Chips, Tabs } from '@/components/ui/chips';
import { Empty } from '@/components/ui/empty';
import { Link } from '@/components/ui/link';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { Principal } from '@/lib/access/scope';
import { listRefusedCalls } from '@/lib/activity/refused-calls';
import { listActivity } from '@/lib/audit/list';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { attempt } from '../attempt';
import { inAccount } from '../opened';

export const metadata: Metadata = { title: 'Activity' };

const query = z.object({
  stream: z.enum(['calls', 'changes']).catch('calls'),
  environment: z.enum(ENVIRONMENTS).optional().catch(undefined),
  cursor: z.string().max(40).optional().catch(undefined),
});
type Query = z.infer<typeof query>;

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ActivityPage({ searchParams }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal } = signedIn;
  const asked = query.parse(await searchParams);
  return (
    <>
      <div>
        <h1 className="title">Activity</h1>
        <p className="lede">
          Calls are what the edge refused. Changes are what people and programs did here.
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
        <div className="mt-6 grid gap-4">
          {asked.stream === 'calls' ? (
            <CallStream principal={principal} query={asked} />
          ) : (
            <ChangeStream principal={principal} query={asked} />
          )}
        </div>
      </div>
    </>
  );
}

async function CallStream({ principal, query }: { principal: Principal; query: Query }) {
  const all = await listRefusedCalls(principal, 100);
  const { environment } = query;
  const calls = environment ? all.filter((call) => call.environment === environment) : all;
  return (
    <>
      <Chips
        label="Environment"
        choices={[
          { name: 'All environments', href: '/activity', picked: !environment },
          ...ENVIRONMENTS.map((one) => ({
            name: ENVIRONMENT_WORDS[one],
            href: `/activity?environment=${one}`,
            picked: one === environment,
          })),
        ]}
      />
      <div className="sheet overflow-hidden">
        {calls.length === 0 ? (
          <Empty title={`No refused call${environment ? ` in ${environment}` : ''}`}>
            A call appears here when an edge refuses it and can tell that it is yours.
          </Empty>
        ) : (
          <Calls calls={calls} />
        )}
      </div>
      <p className="small quiet">
        The newest 100. A call without a certificate that names no API client cannot be told to be
        yours, and is not here.
      </p>
    </>
  );
}

async function ChangeStream({ principal, query }: { principal: Principal; query: Query }) {
  const page = await attempt(() => listActivity(principal, { cursor: query.cursor }));
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
      {query.cursor || nextCursor ? (
        <nav className="more" aria-label="Pages">
          {query.cursor ? (
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

import { actorOf, sentenceOf } from '@/components/activity/words';
import { exactUtc } from '@/components/time/format';
import { callsText } from '@/components/traffic/numbers';
import { Chips } from '@/components/ui/chips';
import { Empty } from '@/components/ui/empty';
import { Link } from '@/components/ui/link';
import { type Shape, ShapeOf } from '@/components/ui/shapes';
import {
  type ChangeEvent,
  type RefusalRun,
  TIMELINE_KINDS,
  type TimelineItem,
  type TimelineKind,
  type TimelinePage,
} from '@/lib/contract/support';
import { casePath } from './paths';

const KIND_WORDS: Record<TimelineKind, string> = {
  all: 'All',
  refused: 'Refused calls',
  certificates: 'Certificates',
  enforcement: 'Enforcement',
  people: 'People',
  keys: 'Keys',
  support: 'Support',
};

/** Everything of an account in one order, newest first. */
export function Timeline({
  accountId,
  page,
  asked,
  now,
}: {
  accountId: string;
  page: TimelinePage;
  asked: {
    kind: TimelineKind;
    cursor?: string | undefined;
    event?: string | undefined;
    call?: string | undefined;
  };
  now: string;
}) {
  const { kind, cursor, event, call } = asked;
  const isNewest = !cursor && !event && !call;
  return (
    <section aria-labelledby="timeline-title">
      <div className="bar-head">
        <h2 className="h2" id="timeline-title">
          Timeline
        </h2>
        <div className="end">
          <Chips
            label="Show"
            choices={TIMELINE_KINDS.map((one) => ({
              name: KIND_WORDS[one],
              href: casePath(accountId, { kind: one }),
              picked: one === kind,
            }))}
          />
        </div>
      </div>
      <div className="sheet overflow-hidden">
        {page.items.length === 0 ? (
          <None kind={kind} hasMore={page.nextCursor ? 'yes' : 'no'} />
        ) : null}
        <ol className="timeline">
          {page.items.map((item) => (
            <Item
              key={`${item.kind} ${item.id}`}
              item={item}
              now={now}
              sought={isSought(item, asked) ? 'yes' : 'no'}
              accountId={accountId}
            />
          ))}
        </ol>
        {isNewest && !page.nextCursor ? null : (
          <nav className="more" aria-label="Pages">
            {isNewest ? (
              <span />
            ) : (
              <Link className="link" href={casePath(accountId, { kind })}>
                Newest
              </Link>
            )}
            {page.nextCursor ? (
              <Link className="link" href={casePath(accountId, { kind, cursor: page.nextCursor })}>
                Older
              </Link>
            ) : null}
          </nav>
        )}
      </div>
    </section>
  );
}

function isSought(
  item: TimelineItem,
  { event, call }: { event?: string | undefined; call?: string | undefined },
): boolean {
  return item.kind === 'change' ? item.id === event : item.id === call;
}

function None({ kind, hasMore }: { kind: TimelineKind; hasMore: 'yes' | 'no' }) {
  return hasMore === 'yes' ? (
    <Empty title="Nothing else here">What is older is on the next page.</Empty>
  ) : (
    <Empty
      title={
        kind === 'all' ? 'Nothing happened yet' : `Nothing of ${KIND_WORDS[kind].toLowerCase()}`
      }
    >
      Another kind may have something.
    </Empty>
  );
}

function Item({
  item,
  now,
  sought,
  accountId,
}: {
  item: TimelineItem;
  now: string;
  sought: 'yes' | 'no';
  accountId: string;
}) {
  return (
    <li className={sought === 'yes' ? 'sought' : ''} id={item.id}>
      <Moment item={item} now={now} accountId={accountId} />
      <span className="mark">
        <ShapeOf shape={shapeOf(item)} />
      </span>
      {item.kind === 'refusals' ? <Refusals run={item} /> : <Change event={item} />}
    </li>
  );
}

/** The time of today, the day of what is older; it leads to this event, to be sent to somebody. */
function Moment({ item, now, accountId }: { item: TimelineItem; now: string; accountId: string }) {
  const href = casePath(accountId, item.kind === 'change' ? { event: item.id } : { call: item.id });
  return (
    <Link href={href} aria-label={`Link to what happened at ${exactUtc(item.at)}`}>
      <time dateTime={item.at} title={exactUtc(item.at)}>
        {item.at.slice(0, 10) === now.slice(0, 10) ? item.at.slice(11, 16) : dayAndTime(item.at)}
      </time>
    </Link>
  );
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

function dayAndTime(iso: string): string {
  return DAY.format(new Date(iso));
}

function Refusals({ run }: { run: RefusalRun }) {
  const who = run.apiClientName ?? run.certificate?.label ?? 'A call';
  const facts = [
    run.sourceAddress,
    run.userAgent,
    run.environment,
    run.listener === 'mtls' ? 'mTLS host' : 'standard host',
    run.certificate && run.apiClientName ? run.certificate.label : null,
  ].filter((one) => one);
  return (
    <div>
      {run.calls === 1 ? (
        <>
          {who} refused, <code>{run.code}</code>
        </>
      ) : (
        <>
          {callsText(run.calls)} of {who === 'A call' ? 'one kind' : who} refused,{' '}
          <code>{run.code}</code>, {run.firstAt.slice(11, 16)} to {run.at.slice(11, 16)}
        </>
      )}
      <small>{facts.join(', ')}</small>
    </div>
  );
}

function Change({ event }: { event: ChangeEvent }) {
  return (
    <div>
      {actorOf(event)} {sentenceOf(event)}
    </div>
  );
}

const SHAPES: Record<string, Shape> = {
  'certificate.issued': 'live',
  'certificate.revoked': 'revoked',
  'account.suspended': 'refused',
  'enforcement.confirmed': 'live',
  'member.disabled': 'revoked',
  'api-key.disabled': 'revoked',
  'api-client.disabled': 'revoked',
};

function shapeOf(item: TimelineItem): Shape {
  if (item.kind === 'refusals') return 'refused';
  if (item.action.startsWith('support.')) return 'notice';
  return SHAPES[item.action] ?? 'neutral';
}

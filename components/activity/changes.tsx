import { ChevronRight } from 'lucide-react';
import { Ago, Moment } from '@/components/time/when';
import { CopyButton } from '@/components/ui/copy';
import { Fact } from '@/components/ui/fact';
import { Link } from '@/components/ui/link';
import type { AuditEventView } from '@/lib/contract/audit';
import { changesPath } from './change-filter';
import { actorOf, detailRows, sentenceOf } from './words';

/** Each row opens to everything that was recorded, and to the record as it is hashed. */
export function Changes({ events }: { events: AuditEventView[] }) {
  return (
    <ol className="stream changes">
      {events.map((event) => (
        <li key={event.id} id={event.id}>
          <details>
            <summary>
              <span className="what">
                <b>{actorOf(event)}</b> {sentenceOf(event)}
              </span>
              <Ago at={event.at} />
              <ChevronRight className="icon" aria-hidden="true" />
            </summary>
            <div className="explanation">
              <Facts event={event} />
              <p className="beside small">
                <Link className="link" href={changesPath({ object: event.objectId })}>
                  Changes of the same object
                </Link>
                <Link className="link" href={changesPath({ actor: event.actor.id })}>
                  By {actorOf(event)}
                </Link>
                <Link className="link" href={changesPath({ requestId: event.requestId })}>
                  In the same request
                </Link>
              </p>
              <Record event={event} />
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}

function Facts({ event }: { event: AuditEventView }) {
  return (
    <dl className="facts">
      <Fact name="When">
        <Moment at={event.at} />
      </Fact>
      {detailRows(event.detail).map(({ name, value }) => (
        <Fact key={name} name={name}>
          {value}
        </Fact>
      ))}
      <Fact name="Number" note="Counts every change of this account, without gaps">
        {event.sequence}
      </Fact>
      <Fact name="Request" form="mono" copy={event.requestId}>
        {event.requestId}
      </Fact>
    </dl>
  );
}

function Record({ event }: { event: AuditEventView }) {
  return (
    <details className="record">
      <summary className="small link">The record and its hash</summary>
      <dl className="facts mt-3">
        <Fact
          name="Hash"
          form="mono"
          copy={event.hash}
          note="SHA-256 over the hash before and the record"
        >
          {event.hash}
        </Fact>
        <Fact name="Hash before" form="mono" copy={event.previousHash}>
          {event.previousHash}
        </Fact>
      </dl>
      <div className="record-text">
        <pre>{event.record}</pre>
        <CopyButton value={event.record} what="record" />
      </div>
    </details>
  );
}

import { ChevronRight } from 'lucide-react';
import { Ago, Moment } from '@/components/time/when';
import { Fact } from '@/components/ui/fact';
import type { ActivityEventView } from '@/lib/contract/views';
import { actorOf, detailRows, sentenceOf } from './words';

/** Each row opens to everything that was recorded. */
export function Changes({ events }: { events: ActivityEventView[] }) {
  return (
    <ol className="stream changes">
      {events.map((event) => (
        <li key={event.id}>
          <details>
            <summary>
              <span className="what">
                <b>{actorOf(event)}</b> {sentenceOf(event)}
              </span>
              <Ago at={event.at} />
              <ChevronRight className="icon" aria-hidden="true" />
            </summary>
            <div className="explanation">
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
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}

'use client';

import { useEffect, useRef, useState } from 'react';
import { Link } from '@/components/ui/link';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { DecisionView, LiveStart } from '@/lib/contract/live';
import { SECOND_MS } from '@/lib/kernel/time';
import { Earlier } from './earlier';
import type { Shown } from './merge';
import { Refusal } from './refusal-words';
import { SeenFacts } from './seen-facts';
import { StreamHead, StreamTrouble } from './stream-state';
import { Unseen } from './unseen';
import { useDecisions } from './use-decisions';
import { useNow } from './use-now';
import type { Reading } from './when';
import { Wire } from './wire';
import { type Arrival, consequenceOf, headlineOf } from './words';

/** Waits for a call and turns into what the edge saw of it. Without scripts it is what was seen at load. */
export function LivePanel({ start, locale }: { start: LiveStart; locale: string }) {
  const { stream, listening, decisions, arrived, missed, reopen } = useDecisions(start);
  const [newest = null, ...earlier] = decisions;
  const reading: Reading = { now: useNow(start.now, newest?.sequence), locale };
  const arrival: Arrival =
    arrived === 0 ? 'earlier' : start.latest.length === 0 && arrived === 1 ? 'first' : 'new';
  const { environment } = start;
  const here = `/connect?environment=${environment}`;
  return (
    <section className="sheet live-panel" aria-label="Live calls">
      <StreamHead stream={stream} listening={listening} here={here} />
      <StreamTrouble stream={stream} here={here} onReopen={reopen} />
      <Wire decision={newest} edges={listening.edges} />
      {newest ? (
        <Newest
          key={newest.sequence}
          decision={newest}
          arrival={arrival}
          reading={reading}
          start={start}
        />
      ) : (
        <Waiting start={start} edges={listening.edges} />
      )}
      <Earlier decisions={earlier} reading={reading} page={environment} />
      {missed === 'some' ? (
        <p className="live-note">
          More calls came than are shown.{' '}
          <Link className="link" href="/activity">
            See refused calls under Activity
          </Link>
        </p>
      ) : null}
      <Unseen environment={environment} form={newest ? 'closed' : 'open'} />
      <Announced decision={arrived > 0 ? newest : null} arrival={arrival} />
    </section>
  );
}

function Waiting({ start, edges }: { start: LiveStart; edges: string[] }) {
  const environment = ENVIRONMENT_WORDS[start.environment].toLowerCase();
  return (
    <div className="event">
      <h2 className="sentence">Waiting for your first call</h2>
      {edges.length > 0 ? (
        <p>
          Make the call to {environment}. When an edge sees your certificate, or refuses it, this
          shows what it saw.
        </p>
      ) : (
        <p>
          No edge has been in touch for a minute, so no call can be seen. Calls may still be
          answered by what the edges know. If this stays so, tell your provider.
        </p>
      )}
    </div>
  );
}

function Newest({
  decision,
  arrival,
  reading,
  start,
}: {
  decision: Shown;
  arrival: Arrival;
  reading: Reading;
  start: LiveStart;
}) {
  const consequence = consequenceOf(decision);
  return (
    <div className={`event ${arrival === 'earlier' ? '' : 'arriving'}`}>
      <h2 className="sentence">{headlineOf(decision, arrival)}</h2>
      {decision.refusal ? (
        <p className="mt-1">
          <code className="code">
            {decision.refusal.status} {decision.refusal.code}
          </code>
        </p>
      ) : null}
      {consequence ? <p>{consequence}</p> : null}
      <Refusal decision={decision} />
      <SeenFacts decision={decision} reading={reading} page={start.environment} />
    </div>
  );
}

const SAID_AGAIN_MS = 30 * SECOND_MS;

/** For screen readers: what is new, not every call of a busy program. */
function Announced({ decision, arrival }: { decision: DecisionView | null; arrival: Arrival }) {
  const [said, setSaid] = useState('');
  const last = useRef({ atMs: 0, what: '' });
  useEffect(() => {
    if (decision === null) return;
    const { refusal, certificate, apiClientName } = decision;
    const what = `${refusal?.code} ${certificate?.id} ${apiClientName}`;
    const now = performance.now();
    if (last.current.what === what && now - last.current.atMs < SAID_AGAIN_MS) return;
    last.current = { atMs: now, what };
    const why = refusal ? `${refusal.whatHappened} ${refusal.whatToDo}` : '';
    setSaid(`${headlineOf(decision, arrival)} ${certificate?.label ?? ''} ${why}`.trim());
  }, [decision, arrival]);
  return (
    <p className="sr-only" aria-live="polite">
      {said}
    </p>
  );
}

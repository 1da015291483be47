import { TriangleAlert } from 'lucide-react';
import { Link } from '@/components/ui/link';
import type { Listening } from '@/lib/contract/live';
import type { StreamState } from './use-decisions';
import { listeningWords } from './words';

const STATE_WORDS: Record<StreamState['is'], string> = {
  connecting: 'connecting',
  live: 'live',
  broken: 'reconnecting',
  trouble: 'no database',
  ended: 'stopped',
};

/** What listens, and whether this page hears it. */
export function StreamHead({
  stream,
  listening,
  here,
}: {
  stream: StreamState;
  listening: Listening;
  here: string;
}) {
  const heard = stream.is === 'live' && listening.edges.length > 0;
  return (
    <div className="live-top">
      <span className={`pulse ${heard ? 'on' : ''}`} aria-hidden="true" />
      {listeningWords(listening)}
      <span className="end needs-scripts">{STATE_WORDS[stream.is]}</span>
      <a className="link end without-scripts" href={here}>
        Reload
      </a>
    </div>
  );
}

/** What is wrong with the stream, and what happens next; nothing while all is well. */
export function StreamTrouble({
  stream,
  here,
  onReopen,
}: {
  stream: StreamState;
  here: string;
  onReopen: () => void;
}) {
  if (stream.is === 'connecting' || stream.is === 'live') return null;
  return (
    <div className="live-trouble" role="status">
      <TriangleAlert className="icon" aria-hidden="true" />
      <p>
        {stream.is === 'broken'
          ? 'The connection to this portal broke. It is tried again by itself, and what came meanwhile follows. '
          : `${stream.detail} `}
        <Mend stream={stream} here={here} onReopen={onReopen} />
      </p>
    </div>
  );
}

function Mend({
  stream,
  here,
  onReopen,
}: {
  stream: StreamState;
  here: string;
  onReopen: () => void;
}) {
  if (stream.is === 'ended' && stream.reason === 'replaced') {
    return (
      <button type="button" className="link" onClick={onReopen}>
        Listen here
      </button>
    );
  }
  if (stream.is === 'ended' && stream.reason === 'session') {
    return (
      <Link className="link" href={`/sign-in?next=${encodeURIComponent(here)}`}>
        Sign in
      </Link>
    );
  }
  return (
    <a className="link" href={here}>
      Reload
    </a>
  );
}

import type { LifeState } from './life';

/** From issue to expiry with today on it. The gap to the left of each end keeps the labels inside. */
export function Lifeline({
  state,
  percentGone,
  words,
}: {
  state: LifeState;
  percentGone: number;
  words: { from: string; to: string; pin: string | null };
}) {
  const anchor = percentGone < 6 ? 'start' : percentGone > 94 ? 'end' : 'middle';
  return (
    <svg className="lifeline" role="img" aria-label={`${words.from}, ${words.to}`}>
      <rect className="track" y="24" width="100%" height="8" rx="4" />
      <rect className="gone" y="24" width={`${percentGone}%`} height="8" rx="4" />
      {state === 'live' || state === 'expiring' ? (
        <rect
          className={`rest ${state}`}
          x={`${percentGone}%`}
          y="24"
          width={`${100 - percentGone}%`}
          height="8"
          rx="4"
        />
      ) : null}
      {words.pin ? (
        <>
          <rect className="pin" x={`${percentGone}%`} y="18" width="2" height="20" />
          <text className="now" x={`${percentGone}%`} y="12" textAnchor={anchor}>
            {words.pin}
          </text>
        </>
      ) : null}
      <text x="0" y="54">
        {words.from}
      </text>
      <text x="100%" y="54" textAnchor="end">
        {words.to}
      </text>
    </svg>
  );
}

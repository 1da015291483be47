/**
 * How many streams are open in this portal. Of one session the newest stay: the tab opened last is the one being
 * looked at, and the oldest may be a laptop that fell asleep. Four, because a browser opens six connections to a host
 * over HTTP/1.1, and the pages themselves need some.
 */
import { AppError } from '@/lib/kernel/errors';
import { processWide } from '@/lib/platform/process-wide';

export const STREAMS_PER_SESSION = 4;
const STREAMS_PER_PORTAL = 1_000;
const RETRY_AFTER_SECONDS = 30;

export type Place = { leave(): void };
type Held = { onReplaced(): void };

const openStreams = () => processWide('open-streams', () => new Map<string, Set<Held>>());

/**
 * @param onReplaced is called when a newer stream of the session takes this place
 * @throws AppError `rate_limited` when this portal is full
 */
export function takePlace(sessionId: string, onReplaced: () => void): Place {
  const streams = openStreams();
  let total = 0;
  for (const held of streams.values()) total += held.size;
  if (total >= STREAMS_PER_PORTAL) {
    throw new AppError('rate_limited', {
      detail: `This portal has ${STREAMS_PER_PORTAL} streams open, which is all it takes. Try again in ${RETRY_AFTER_SECONDS} seconds, or reload the page to see the latest calls.`,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  const own = streams.get(sessionId) ?? new Set();
  streams.set(sessionId, own);
  const place: Held = { onReplaced };
  const leave = () => {
    own.delete(place);
    if (own.size === 0 && streams.get(sessionId) === own) streams.delete(sessionId);
  };
  own.add(place);
  // A set keeps the order in which its members came.
  for (const oldest of own) {
    if (own.size <= STREAMS_PER_SESSION) break;
    own.delete(oldest);
    oldest.onReplaced();
  }
  return { leave };
}

/**
 * The stream behind the live panel. What is given is read in the watcher's scope at that moment, under a session that
 * was checked within the second before, so that neither sign-out nor a change of account, role or suspension lets one
 * more decision through.
 */
import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import { BEAT_MS, END_REASONS, type EndReason, type StreamMessage } from '@/lib/contract/live';
import { readSession } from '@/lib/identity/read-session';
import type { Environment } from '@/lib/kernel/environments';
import { SECOND_MS } from '@/lib/kernel/time';
import { inScope } from '@/lib/platform/database';
import { log } from '@/lib/platform/log';
import { decisionFeed, type Listener } from './decision-feed';
import { takePlace } from './open-streams';
import { newestSequence } from './queries';
import { decisionsAfter, listeningNow } from './recent-decisions';

const CHECKED_WITHIN_MS = SECOND_MS;

export type Watch = {
  principal: Principal;
  sessionId: string;
  environment: Environment;
  /** The sequence last seen; null: only what comes from now on. */
  after: bigint | null;
  /** Ends the stream when the reader has gone. */
  signal: AbortSignal;
  beatMs?: number;
};

/**
 * Decisions on calls of the principal's account, as edges make them.
 * @throws AppError `forbidden`, `account_suspended`, `rate_limited` before the first message
 */
export function watchDecisions(watch: Watch): AsyncGenerator<StreamMessage, void, void> {
  const scope = authorize(watch.principal, 'activity.read');
  let replaced = false;
  const held = decisionFeed().listen(scope.accountId);
  try {
    const place = takePlace(watch.sessionId, () => {
      replaced = true;
      held.wake();
    });
    const onGone = () => {
      place.leave();
      held.close();
      held.wake();
    };
    watch.signal.addEventListener('abort', onGone, { once: true });
    return messages({ watch, scope, held, isReplaced: () => replaced, leave: place.leave });
  } catch (error) {
    held.close();
    throw error;
  }
}

type Running = {
  watch: Watch;
  scope: Scope;
  held: Listener;
  isReplaced(): boolean;
  leave(): void;
};

async function* messages(running: Running): AsyncGenerator<StreamMessage, void, void> {
  const { watch, held } = running;
  try {
    const read = reader(running);
    let fine = true;
    let moment: Moment = 'first';
    while (!watch.signal.aborted) {
      const over = running.isReplaced() ? 'replaced' : decisionFeed().stopping ? 'stopping' : null;
      const found: Found = over
        ? { kind: 'end', reason: over }
        : await read(fine ? moment : 'recovery');
      if (found.kind === 'end') {
        // Before the word is said: a reader that takes no more must not hold anything.
        running.leave();
        held.close();
        return yield ended(found.reason);
      }
      if (found.kind === 'news') {
        yield* found.messages;
        fine = true;
      } else if (fine || moment === 'quiet') {
        // Repeated at each beat: the reader has to hear something.
        yield { event: 'trouble', data: { detail: TROUBLE } };
        fine = false;
      }
      moment = await held.next(watch.beatMs ?? BEAT_MS);
    }
  } finally {
    running.leave();
    held.close();
  }
}

type Moment = 'first' | 'woken' | 'quiet' | 'recovery';
type Found =
  | { kind: 'news'; messages: StreamMessage[] }
  | { kind: 'end'; reason: EndReason }
  | { kind: 'trouble' };

const TROUBLE =
  'The database does not answer, so nothing new can be shown. This goes on by itself once it does.';

/** Reads what came since the last time, if the session still allows it. */
function reader({ watch, scope }: Running): (moment: Moment) => Promise<Found> {
  let allowed = scope;
  let checkedMs = Number.NEGATIVE_INFINITY;
  let position: bigint | null = null;
  const check = async (moment: Moment): Promise<EndReason | null> => {
    if (moment === 'woken' && performance.now() - checkedMs < CHECKED_WITHIN_MS) return null;
    const found = await readSession(watch.sessionId, watch.principal.requestId);
    if (found === null) return 'session';
    if (found.account?.id !== scope.accountId) return 'account';
    if (!found.can('activity.read')) return 'forbidden';
    allowed = authorize(found.principal, 'activity.read');
    checkedMs = performance.now();
    return null;
  };
  return async (moment) => {
    try {
      const reason = await check(moment);
      if (reason !== null) return { kind: 'end', reason };
      position ??= await startOf(allowed, watch.after);
      const { environment } = watch;
      const news = await decisionsAfter(allowed, { environment, sequence: position });
      const last = news.decisions.at(-1);
      if (last !== undefined) position = BigInt(last.sequence);
      const messages: StreamMessage[] =
        news.missed === 'some' ? [{ event: 'missed', data: {} }] : [];
      for (const data of news.decisions) messages.push({ event: 'decision', data });
      if (moment === 'woken') return { kind: 'news', messages };
      const event = EVENTS[moment];
      return {
        kind: 'news',
        messages: [{ event, data: await listeningNow(allowed) }, ...messages],
      };
    } catch (error) {
      log().warn({ err: error }, 'a stream cannot read; it goes on');
      return { kind: 'trouble' };
    }
  };
}

const EVENTS = { first: 'listening', quiet: 'beat', recovery: 'recovered' } as const;

/** A sequence that was never given, such as one of another database, counts as the newest. */
async function startOf(scope: Scope, after: bigint | null): Promise<bigint> {
  const newest = await inScope(scope, newestSequence);
  return after === null || after > newest ? newest : after;
}

function ended(reason: EndReason): StreamMessage {
  return { event: 'ended', data: { reason, detail: END_REASONS[reason] } };
}

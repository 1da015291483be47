'use client';

import { useEffect, useReducer } from 'react';
import {
  BEAT_MS,
  type EndReason,
  type Listening,
  type LiveStart,
  type StreamMessage,
} from '@/lib/contract/live';
import { SECOND_MS } from '@/lib/kernel/time';
import { merged, mergedAll, type Shown } from './merge';

export type StreamState =
  | { is: 'connecting' }
  | { is: 'live' }
  /** Tried again by itself. */
  | { is: 'broken' }
  | { is: 'trouble'; detail: string }
  | { is: 'ended'; reason: EndReason; detail: string };

export type Live = {
  stream: StreamState;
  listening: Listening;
  decisions: Shown[];
  /** Decisions that came while the page was open. */
  arrived: number;
  missed: 'none' | 'some';
  /** Counts openings: a new one is a new connection. */
  opening: number;
};

type Happening = StreamMessage | { event: 'broken' } | { event: 'reopen' };

const NAMES = ['listening', 'decision', 'missed', 'beat', 'trouble', 'recovered', 'ended'] as const;
// Two beats and a half without a word: a half-open connection, which no browser notices by itself.
const SILENCE_MS = 2.5 * BEAT_MS;
const RETRY_MS = [2, 4, 8, 15, 30].map((seconds) => seconds * SECOND_MS);

/** What the edges decide, from what was known at load on; it reconnects by itself. */
export function useDecisions(start: LiveStart): Live & { reopen(): void } {
  const [live, dispatch] = useReducer(following, start, initial);
  const { environment, after } = start;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `opening` is there to open the stream anew.
  useEffect(
    () => connection({ environment, after, tell: dispatch }),
    [environment, after, live.opening],
  );
  return { ...live, reopen: () => dispatch({ event: 'reopen' }) };
}

function initial({ listening, latest }: LiveStart): Live {
  const decisions = mergedAll(latest);
  return {
    stream: { is: 'connecting' },
    listening,
    decisions,
    arrived: 0,
    missed: 'none',
    opening: 0,
  };
}

function following(live: Live, said: Happening): Live {
  const open = { ...live, stream: { is: 'live' } as const };
  switch (said.event) {
    case 'listening':
    case 'beat':
    case 'recovered':
      return { ...open, listening: said.data };
    case 'decision':
      return { ...open, arrived: live.arrived + 1, decisions: merged(live.decisions, said.data) };
    case 'missed':
      return { ...open, missed: 'some' };
    case 'trouble':
      return { ...live, stream: { is: 'trouble', detail: said.data.detail } };
    case 'ended':
      return { ...live, stream: { is: 'ended', ...said.data } };
    case 'broken':
      return live.stream.is === 'ended' ? live : { ...live, stream: { is: 'broken' } };
    case 'reopen':
      return { ...live, stream: { is: 'connecting' }, opening: live.opening + 1 };
  }
}

/** One stream after another, until the page is left. @returns what ends it */
function connection(input: {
  environment: string;
  after: string;
  tell(said: Happening): void;
}): () => void {
  let { after } = input;
  let source: EventSource | null = null;
  let timer = 0;
  let tries = 0;

  const close = () => {
    window.clearTimeout(timer);
    source?.close();
    source = null;
  };
  const again = (afterMs: number) => {
    close();
    input.tell({ event: 'broken' });
    timer = window.setTimeout(open, afterMs);
  };
  const later = () => {
    const wait = RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? SECOND_MS;
    tries += 1;
    again(wait);
  };
  const heard = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => again(0), SILENCE_MS);
  };
  const take = (message: StreamMessage) => {
    heard();
    tries = 0;
    if (message.event === 'decision') after = message.data.sequence;
    if (message.event !== 'ended') return input.tell(message);
    if (message.data.reason === 'stopping') return later();
    close();
    input.tell(message);
  };
  const open = () => {
    close();
    const opened = new EventSource(
      `/connect/stream?environment=${input.environment}&after=${after}`,
    );
    source = opened;
    heard();
    for (const name of NAMES) {
      opened.addEventListener(name, (event) => take({ event: name, data: JSON.parse(event.data) }));
    }
    opened.onerror = () => {
      // The browser goes on by itself after a broken connection; after a refusal it does not.
      if (opened.readyState === EventSource.CLOSED) later();
      else input.tell({ event: 'broken' });
    };
  };
  // A page that is kept for going back to must not hold a connection.
  const onShow = (event: PageTransitionEvent) => {
    if (event.persisted) open();
  };
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', onShow);
  open();
  return () => {
    window.removeEventListener('pagehide', close);
    window.removeEventListener('pageshow', onShow);
    close();
  };
}

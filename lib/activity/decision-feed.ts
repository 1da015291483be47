/**
 * Tells who watches an account that an edge has decided something. Every portal asks the database four times a second
 * while anyone watches, so that it does not matter which of several portals the edge reported to.
 */
import { systemScope } from '@/lib/access/scope';
import { SECOND_MS } from '@/lib/kernel/time';
import { acrossAccounts } from '@/lib/platform/database';
import { log } from '@/lib/platform/log';
import { processWide } from '@/lib/platform/process-wide';
import { accountsAfter, newestSequence } from './queries';

const POLL_MS = 250;
const POLL_IN_TROUBLE_MS = SECOND_MS;
const STOP_WITHIN_MS = 2 * SECOND_MS;

export type Listener = {
  /** Resolves when there may be news, when `wake` was called, or after `atMostMs`. */
  next(atMostMs: number): Promise<'woken' | 'quiet'>;
  wake(): void;
  close(): void;
};

export type DecisionFeed = {
  /** Call after a commit that added decisions: watchers of this portal hear at once. */
  nudge(): void;
  listen(accountId: string): Listener;
  /** True once no stream may go on. */
  readonly stopping: boolean;
  start(): void;
  /** Wakes every listener and waits until all have closed, for two seconds at most. */
  stop(): Promise<void>;
};

export function decisionFeed(): DecisionFeed {
  return processWide('decision-feed', makeFeed);
}

const scope = () => systemScope('reports', 'decision-feed');

function makeFeed(): DecisionFeed {
  const listeners = new Map<Listener, string>();
  let position: bigint | null = null;
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;
  let inTrouble = false;
  let stopping = false;
  let emptied = (): void => undefined;

  const wakeAll = () => {
    for (const listener of listeners.keys()) listener.wake();
  };
  const look = async (): Promise<void> => {
    try {
      const from = position;
      if (from === null) {
        position = await acrossAccounts(scope(), newestSequence);
        // What came before it may have come after somebody's first look.
        wakeAll();
      } else {
        const { newest, accountIds } = await acrossAccounts(scope(), (tx) =>
          accountsAfter(tx, from),
        );
        position = newest;
        const changed = new Set(accountIds);
        for (const [listener, accountId] of listeners) if (changed.has(accountId)) listener.wake();
      }
      if (inTrouble) wakeAll();
      inTrouble = false;
    } catch (error) {
      if (!inTrouble) log().warn({ err: error }, 'decisions cannot be read; trying again');
      if (!inTrouble) wakeAll();
      inTrouble = true;
    }
  };
  const run = async (): Promise<void> => {
    timer = null;
    looking ??= look().finally(() => {
      looking = null;
    });
    await looking;
    if (listeners.size === 0 || stopping) position = null;
    else timer ??= setTimeout(run, inTrouble ? POLL_IN_TROUBLE_MS : POLL_MS);
  };

  return {
    get stopping() {
      return stopping;
    },
    nudge() {
      if (timer === null) return;
      clearTimeout(timer);
      void run();
    },
    listen(accountId) {
      const listener = makeListener(() => {
        listeners.delete(listener);
        if (listeners.size === 0) emptied();
      });
      listeners.set(listener, accountId);
      if (timer === null && looking === null) void run();
      return listener;
    },
    start() {
      stopping = false;
    },
    async stop() {
      stopping = true;
      wakeAll();
      if (listeners.size > 0) {
        await Promise.race([
          new Promise<void>((resolve) => {
            emptied = resolve;
          }),
          new Promise<void>((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref()),
        ]);
      }
      if (timer !== null) clearTimeout(timer);
      timer = null;
      await looking;
    },
  };
}

function makeListener(onClose: () => void): Listener {
  let news = false;
  let waiting: (() => void) | null = null;
  return {
    async next(atMostMs) {
      if (!news) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, atMostMs);
          waiting = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        waiting = null;
      }
      const woken = news;
      news = false;
      return woken ? 'woken' : 'quiet';
    },
    wake() {
      news = true;
      waiting?.();
    },
    close: onClose,
  };
}

/**
 * Keeps the processes of the tree running and ends them together. A process that dies is started again with
 * back-off: the edge always (it decides from its own state, with or without a portal), the portal a few times.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { type Child, type ChildSpec, startChild } from './child';

export type Supervisor = {
  /** Starts a process and resolves with its ready message. @throws SettingsError if it never gets there */
  start<T>(spec: ChildSpec<T>, policy: RestartPolicy): Promise<T>;
  /** Ends every process: gently, then by force. Resolves when all are gone. */
  stopAll(): Promise<void>;
  killAll(): void;
  /** Settles when a process died too often to go on, with a line that says so. */
  readonly gaveUp: Promise<string>;
};

export type RestartPolicy = { readonly restartsPerMinute: number };

const STOP_WITHIN_MS = 10 * SECOND_MS;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 10 * SECOND_MS;

export function supervise(say: (line: string) => void): Supervisor {
  const running = new Set<Child<unknown>>();
  const stopping = new AbortController();
  const { promise: gaveUp, resolve: giveUp } = withResolvers<string>();

  function launch<T>(spec: ChildSpec<T>): Child<T> {
    const child = startChild(spec);
    running.add(child);
    child.ended.then(() => running.delete(child));
    return child;
  }

  async function keep<T>(
    spec: ChildSpec<T>,
    policy: RestartPolicy,
    first: Child<T>,
  ): Promise<void> {
    let child = first;
    let endings: number[] = [];
    for (;;) {
      const how = await child.ended;
      if (stopping.signal.aborted) return;
      const now = Date.now();
      endings = [...endings.filter((at) => now - at < MINUTE_MS), now];
      if (endings.length > policy.restartsPerMinute) {
        giveUp(
          `The ${spec.name} ${how} ${endings.length} times within a minute. Stopping everything.`,
        );
        return;
      }
      const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (endings.length - 1), MAX_DELAY_MS);
      say(`The ${spec.name} ${how}; starting it again.`);
      await pause(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      child = launch(spec);
    }
  }

  return {
    async start(spec, policy) {
      stopping.signal.throwIfAborted();
      const child = launch(spec);
      const message = await child.ready;
      keep(spec, policy, child);
      return message;
    },
    async stopAll() {
      stopping.abort();
      const children = [...running];
      for (const child of children) child.stop('SIGTERM');
      const force = setTimeout(() => killEach(children), STOP_WITHIN_MS);
      await Promise.all(children.map((child) => child.ended));
      clearTimeout(force);
    },
    killAll() {
      stopping.abort();
      killEach(running);
    },
    gaveUp,
  };
}

function killEach(children: Iterable<Child<unknown>>): void {
  for (const child of children) child.stop('SIGKILL');
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

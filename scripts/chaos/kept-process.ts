/** A process of the deployment that is started again whenever it dies, at once, as a service manager would. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Child, type ChildSpec, startChild } from '../start/child';

export type KeptProcess = {
  readonly name: string;
  /** Resolves when it is ready, now or the next time. */
  up(): Promise<void>;
  /** SIGKILL, to it and whatever it started. */
  kill(): void;
  /** Starts it anew with this failpoint, and resolves when it died of it. */
  dieAt(failpoint: string): Promise<void>;
  stop(): Promise<void>;
};

const PAUSE_MS = 100;
const GIVE_UP_AFTER = 100;

export function keepRunning<T>(spec: ChildSpec<T>): KeptProcess {
  let stopping = false;
  let extra: Readonly<Record<string, string>> = {};
  let child = startChild(spec);
  const ended = keep();

  async function keep(): Promise<void> {
    for (let failures = 0; failures < GIVE_UP_AFTER; ) {
      const began: Child<T> = child;
      await began.ended;
      if (stopping) return;
      const wasReady = await began.ready.then(
        () => true,
        () => false,
      );
      failures = wasReady ? 0 : failures + 1;
      await pause(PAUSE_MS);
      child = startChild({ ...spec, env: { ...spec.env, ...extra } });
    }
    throw new Error(`the ${spec.name} does not come up any more`);
  }

  async function up(): Promise<void> {
    for (;;) {
      const now = child;
      const ready = now.ready.then(
        () => true,
        () => false,
      );
      if (await Promise.race([ready, ended.then(() => false)])) return;
      if (stopping) return;
      await pause(PAUSE_MS);
    }
  }

  return {
    name: spec.name,
    up,
    kill: () => child.stop('SIGKILL'),
    async dieAt(failpoint) {
      extra = { FAILPOINT: failpoint, CRASH_TEST: '1' };
      const before = child;
      before.stop('SIGKILL');
      await before.ended;
      while (child === before) await pause(PAUSE_MS);
      const armed = child;
      extra = {};
      await armed.ended;
    },
    async stop() {
      stopping = true;
      const last = child;
      last.stop('SIGTERM');
      await Promise.race([last.ended, pause(12_000)]);
      last.stop('SIGKILL');
      await last.ended;
    },
  };
}

/** One process of the tree: started with an IPC channel, so that it ends when we do, however we end. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { z } from 'zod';
import { StartFailure } from '@/lib/contract/process-messages';
import { SettingsError } from '@/lib/platform/env';

export type ChildSpec<T> = {
  readonly name: string;
  readonly root: string;
  /** TypeScript file, relative to `root`. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Descriptors that stay open for as long as the child lives. */
  readonly keepOpen: readonly number[];
  /** Whom it runs as; null: as we do. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
  readonly readyMessage: z.ZodType<T>;
  /** A descriptor that its log goes to; where we write ours when there is none. */
  readonly logTo?: number;
};

export type Child<T> = {
  readonly pid: number;
  /** @throws SettingsError with the line in which the child said why it could not start */
  readonly ready: Promise<T>;
  /** Settles when the process has ended, with what ended it in words. */
  readonly ended: Promise<string>;
  stop(signal: NodeJS.Signals): void;
};

/** Starts the process in a session of its own: Ctrl-C reaches it through us alone, once. */
export function startChild<T>(spec: ChildSpec<T>): Child<T> {
  const options: SpawnOptions = {
    cwd: spec.root,
    env: { ...spec.env, NODE_ENV: 'production' },
    detached: true,
    ...spec.user,
    // What is worth reading they write to the other stream; on this one the summary is to be the last word.
    stdio: ['ignore', 'ignore', spec.logTo ?? 'inherit', 'ipc', ...spec.keepOpen],
  };
  const child = spawn(process.execPath, ['--import', 'tsx', spec.file], options);
  const ended = endOf(child);
  const ready = readyOf(child, spec, ended);
  // Whoever waits for it sees the failure; nobody waiting is no reason to end the supervisor.
  ready.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    stop: (signal) => stopGroup(child, signal),
  };
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, 'exit');
    return signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
  } catch (error) {
    return `could not be started (${error instanceof Error ? error.message : error})`;
  }
}

function readyOf<T>(child: ChildProcess, spec: ChildSpec<T>, ended: Promise<string>): Promise<T> {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const failure = StartFailure.safeParse(message);
      if (failure.success) reject(new SettingsError(failure.data.error));
      const ready = spec.readyMessage.safeParse(message);
      if (ready.success) resolve(ready.data);
    });
    ended.then((how) =>
      reject(
        new SettingsError(`The ${spec.name} ${how} before it was ready. See the lines above.`),
      ),
    );
  });
}

function stopGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    // Gently, the process itself decides what to finish; at the end everything it started goes too.
    process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
  } catch {
    // It ended in the meantime.
  }
}

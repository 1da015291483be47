/** A real proxy as a process of a test: started on free ports, ended by its pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '@/gateway/testing/setting';

export type Program = { stop(): Promise<void>; child: ChildProcess };

/** @throws Error with what the program said, when it ends instead of listening on `port` */
export async function startProgram(input: {
  binary: string;
  args: readonly string[];
  env?: Record<string, string>;
  port: number;
}): Promise<Program> {
  const env = { NODE_ENV: 'production' as const, PATH: process.env.PATH, ...input.env };
  const child = spawn(input.binary, input.args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  // A test that fails before it has what it would stop leaves nothing behind either.
  const kill = () => void child.kill('SIGTERM');
  process.once('exit', kill);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  let listening = false;
  const attempt = () => {
    const socket = connect(input.port, '127.0.0.1');
    socket.on('connect', () => {
      listening = true;
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!listening && child.exitCode === null) setTimeout(attempt, 20);
    });
  };
  attempt();
  await until(() => listening || child.exitCode !== null, 15_000);
  if (!listening) throw new Error(`${input.binary} ended: ${said}`);
  return {
    child,
    async stop() {
      process.off('exit', kill);
      kill();
      await ended;
    },
  };
}

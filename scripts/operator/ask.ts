/** Asks the portal of a data directory, or, where none runs, opens the database and acts as one. */
import { systemScope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { lockDataDirectory, openDataDirectory } from '@/lib/platform/data-directory';
import type { PortalEnv } from '@/lib/platform/env';
import { askOperatorSocket } from '@/lib/platform/operator-socket';
import { newSecret } from '@/lib/platform/random';

export type OperatorRequest = { noun: string; verb: string; args: unknown };

/** @throws AppError with the words of what was refused */
export async function askOperator(env: PortalEnv, request: OperatorRequest): Promise<unknown> {
  return resultOf((await askOperatorSocket(env.dataDir, request)) ?? (await runHere(env, request)));
}

/** Null when no portal runs on this data directory. */
export async function askRunningPortal(
  dataDir: string,
  request: OperatorRequest,
): Promise<{ result: unknown } | null> {
  const answer = await askOperatorSocket(dataDir, request);
  return answer === null ? null : { result: resultOf(answer) };
}

function resultOf(answer: unknown): unknown {
  const { error, result } = Object(answer);
  if (error) throw new AppError('invalid_request', { detail: String(error) });
  return result;
}

async function runHere(env: PortalEnv, request: OperatorRequest) {
  // A whole portal takes its time to load, and a running one is asked without.
  const { portalSettings, startPortal } = await import('@/lib/start-up/portal');
  const { runOperatorVerb } = await import('@/lib/start-up/operator');
  openDataDirectory(env.dataDir);
  const lock = env.databaseUrl ? null : await lockDataDirectory(env.dataDir);
  const portal = await startPortal({
    ...portalSettings(env, { root: process.cwd(), demo: 'no' }),
    mail: null,
    signer: { kind: 'none' },
  });
  try {
    const scope = systemScope('command line', `cli_${newSecret().slice(0, 16)}`);
    return { result: await runOperatorVerb(scope, request) };
  } finally {
    await portal.stop();
    await lock?.release();
  }
}

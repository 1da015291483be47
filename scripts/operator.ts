/**
 * `npm run operator -- NOUN VERB --flags`. Where a portal runs on this data directory it asks the portal through its
 * owner-only socket; otherwise it opens the database itself, the embedded one under the directory's lock.
 */
import { parseArgs } from 'node:util';
import { systemScope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { lockDataDirectory, openDataDirectory } from '@/lib/platform/data-directory';
import { portalEnv } from '@/lib/platform/env';
import { askOperatorSocket } from '@/lib/platform/operator-socket';
import { newSecret } from '@/lib/platform/random';
import { operatorUsage, runOperatorVerb } from '@/lib/start-up/operator';
import { portalSettings, startPortal } from '@/lib/start-up/portal';

async function main(): Promise<void> {
  const [noun = '', verb = '', ...rest] = process.argv.slice(2);
  if (noun === '' || noun === 'help' || process.argv.includes('--help')) {
    process.stdout.write(`${operatorUsage()}\n`);
    return;
  }
  const { json, ...args } = flags(rest);
  const env = portalEnv(process.env);
  const request = { noun, verb, args };
  const answer = (await askOperatorSocket(env.dataDir, request)) ?? (await runHere(env, request));
  const { error, result } = Object(answer);
  if (error) throw new AppError('invalid_request', { detail: String(error) });
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : printed(result));
}

async function runHere(
  env: ReturnType<typeof portalEnv>,
  request: { noun: string; verb: string; args: unknown },
): Promise<unknown> {
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

/** `--legal-name X` and `--legal-name=X` become `{legalName: 'X'}`. */
function flags(words: string[]): Record<string, string | boolean> & { json?: boolean } {
  const names = words.flatMap((word) => /^--([a-z][a-z0-9-]*)/.exec(word)?.[1] ?? []);
  const options = Object.fromEntries(
    names.map((name) => [name, { type: name === 'json' ? 'boolean' : 'string' } as const]),
  );
  const { values } = parseArgs({ args: words, options, strict: true });
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [[name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]],
    ),
  );
}

function printed(result: unknown): string {
  const rows = Array.isArray(result) ? result : [result];
  if (rows.length === 0) return 'none\n';
  return rows
    .map((row) =>
      Object.entries(Object(row))
        .map(
          ([name, value]) =>
            `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}\n`,
        )
        .join(''),
    )
    .join('\n');
}

main()
  .then(() => process.exit(0))
  .catch((error: unknown) => {
    const line =
      error instanceof AppError
        ? error.detail
        : error instanceof Error
          ? error.message
          : String(error);
    process.stderr.write(`${line}\n`);
    process.exit(1);
  });

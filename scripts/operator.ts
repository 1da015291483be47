/**
 * `npm run operator -- NOUN VERB --flags`. Where a portal runs on this data directory it asks the portal through its
 * owner-only socket; otherwise it opens the database itself, the embedded one under the directory's lock.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { AppError } from '@/lib/kernel/errors';
import { portalEnv } from '@/lib/platform/env';
import { operatorUsage } from '@/lib/start-up/operator';
import { askOperator } from './operator/ask';

async function main(): Promise<void> {
  const [noun = '', verb = '', ...rest] = process.argv.slice(2);
  if (noun === '' || noun === 'help' || process.argv.includes('--help')) {
    process.stdout.write(`${operatorUsage()}\n`);
    return;
  }
  const { json, file, ...args } = flags(rest);
  if (file !== undefined && `${noun} ${verb}` !== 'audit export') {
    throw new Error('--file is for audit export alone. Nothing was done.');
  }
  const env = portalEnv(process.env);
  const request = { noun, verb, args };
  const answer = await askOperator(env, request);
  const result = file === undefined ? answer : kept(answer, String(file));
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : printed(result));
}

/** Written here, as whoever asks and where they are; the portal may be another user. An older file stays as it is. */
function kept(answer: unknown, file: string): unknown {
  const { text, fileName: _given, ...rest } = Object(answer);
  try {
    writeFileSync(file, String(text), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The file could not be written, give another one: ${why}.`);
  }
  return { ...rest, file, bytes: Buffer.byteLength(String(text)) };
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

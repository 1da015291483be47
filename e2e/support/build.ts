/** Generates and builds once before any test, so that no test's time is spent on it. */
import { resolve } from 'node:path';
import { ensureBuilt, ensureGenerated } from '../../scripts/start/build';

export default async function build(): Promise<void> {
  const settings = {
    root: resolve('.'),
    say: (line: string) => process.stdout.write(`${line}\n`),
    signal: new AbortController().signal,
  };
  await ensureGenerated(settings);
  await ensureBuilt(settings);
}

/** `npm run build`: what `npm start` would make first, for machines on which the program's folder is read-only. */
import { resolve } from 'node:path';
import { SettingsError } from '@/lib/platform/env';
import { ensureBuilt, ensureGenerated } from './start/build';

const settings = {
  root: resolve('.'),
  say: (line: string) => process.stdout.write(`${line}\n`),
  signal: new AbortController().signal,
};

try {
  await ensureGenerated(settings);
  await ensureBuilt(settings);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

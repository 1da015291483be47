/** Generates the database client and builds the pages when their inputs changed, once per checkout at a time. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SettingsError } from '@/lib/platform/env';
import { type FileLock, tryLockFile } from '@/lib/platform/file-lock';

export type BuildSettings = {
  readonly root: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
};

type Step = {
  readonly words: string;
  readonly note: string;
  readonly inputs: readonly string[];
  readonly stamp: string;
  /** What the tool writes last: a tool that was cut short may still end with status 0. */
  readonly product: string;
  readonly removeFirst: string;
  readonly command: readonly string[];
};

const GENERATE: Step = {
  words: 'Generating the database client',
  note: '',
  inputs: ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json'],
  stamp: 'generated/prisma/countersign-schema',
  product: 'generated/prisma/client.ts',
  // The generator refuses a folder that holds half of what it writes.
  removeFirst: 'generated/prisma',
  command: ['node_modules/prisma/build/index.js', 'generate'],
};
const BUILD: Step = {
  words: 'Building the pages',
  note: ' (about a minute, only when something changed)',
  inputs: [
    'app',
    'components',
    'lib',
    'public',
    'next.config.js',
    'next.config.ts',
    'postcss.config.mjs',
    'proxy.ts',
    'instrumentation.ts',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'prisma/schema.prisma',
  ],
  stamp: '.next/countersign-build',
  product: '.next/BUILD_ID',
  removeFirst: '.next/BUILD_ID',
  command: ['node_modules/next/dist/bin/next', 'build'],
};

const POLL_MS = 500;
const TAIL_LINES = 30;
// The build and the generator read no setting of the deployment, so no secret of it can end up in what they write.
const BUILD_ENV = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS'];

/** @throws SettingsError with the end of the tool's own output */
export async function ensureGenerated(settings: BuildSettings): Promise<void> {
  await ensure(GENERATE, settings);
}

/** @throws SettingsError with the end of the build's own output */
export async function ensureBuilt(settings: BuildSettings): Promise<void> {
  await ensure(BUILD, settings);
}

async function ensure(step: Step, settings: BuildSettings): Promise<void> {
  if (isDone(step, settings.root)) return;
  const folder = join(settings.root, 'generated');
  mkdirSync(folder, { recursive: true });
  const lock = await lockBuild(join(folder, 'build.lock'), settings);
  try {
    const wanted = hashOf(step, settings.root);
    if (isDone(step, settings.root)) return;
    settings.say(`${step.words}${step.note} ...`);
    const stamp = join(settings.root, step.stamp);
    for (const path of [stamp, join(settings.root, step.removeFirst)]) {
      rmSync(path, { force: true, recursive: true });
    }
    await run(step, settings, join(folder, 'build.log'), lock.fd);
    writeFileSync(stamp, wanted);
  } finally {
    lock.release();
  }
}

function isDone(step: Step, root: string): boolean {
  const stamp = join(root, step.stamp);
  if (!existsSync(stamp) || !existsSync(join(root, step.product))) return false;
  return readFileSync(stamp, 'utf8') === hashOf(step, root);
}

async function lockBuild(path: string, { say, signal }: BuildSettings): Promise<FileLock> {
  let lock = tryLockFile(path);
  if (!lock) say('Another start is building in this checkout; waiting for it ...');
  while (!lock) {
    await pause(POLL_MS, undefined, { signal });
    lock = tryLockFile(path);
  }
  return lock;
}

function run(step: Step, settings: BuildSettings, logPath: string, lockFd: number): Promise<void> {
  const logFd = openSync(logPath, 'w', 0o600);
  const env: NodeJS.ProcessEnv = {
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    NO_COLOR: '1',
    FORCE_COLOR: '0',
  };
  for (const name of BUILD_ENV) if (process.env[name] !== undefined) env[name] = process.env[name];
  const child = spawn(process.execPath, ['--import', endWithParent(), ...step.command], {
    cwd: settings.root,
    env,
    detached: true,
    stdio: ['ignore', logFd, logFd, 'ipc', lockFd],
  });
  const kill = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
  settings.signal.addEventListener('abort', kill);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      settings.signal.removeEventListener('abort', kill);
      closeSync(logFd);
      if (code === 0 && existsSync(join(settings.root, step.product))) resolve();
      else reject(new SettingsError(`${step.words} failed:\n${tailOf(logPath)}`));
    });
  });
}

/**
 * Loaded before the tool: it ends when we do, and the channel by which it learns of that does not keep it running.
 * The tool's own workers load it too, and must keep theirs.
 */
function endWithParent(): string {
  const program = `if (process.ppid === ${process.pid} && process.channel) {
    process.on('disconnect', () => process.exit(1));
    process.channel.unref();
  }`;
  return `data:text/javascript,${encodeURIComponent(program)}`;
}

function tailOf(logPath: string): string {
  const lines = readFileSync(logPath, 'utf8').trimEnd().split('\n');
  return `${lines.slice(-TAIL_LINES).join('\n')}\nThe whole output is in ${logPath}.`;
}

function hashOf(step: Step, root: string): string {
  const hash = createHash('sha256').update(process.version);
  for (const input of step.inputs) {
    for (const file of filesUnder(root, input)) {
      hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
    }
  }
  return hash.digest('hex');
}

function filesUnder(root: string, path: string): string[] {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stats) return [];
  if (!stats.isDirectory()) return [path];
  return readdirSync(join(root, path))
    .filter((name) => !/\.test\.tsx?$/.test(name))
    .sort()
    .flatMap((name) => filesUnder(root, `${path}/${name}`));
}

/**
 * `npm start`: one foreground process tree. Checks, generates, builds if needed, starts the portal and the edge,
 * announces them once both answer, and ends them together.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PortalReady } from '@/lib/contract/process-messages';
import { SECOND_MS } from '@/lib/kernel/time';
import { lockDataDirectory, openDataDirectory } from '@/lib/platform/data-directory';
import { type PortalEnv, portalEnv, SettingsError } from '@/lib/platform/env';
import type { FileLock } from '@/lib/platform/file-lock';
import { demoSummary, deploymentSummary, removeDemoFile, writeDemoFile } from './start/announce';
import { checkPortal } from './start/answering';
import { ensureBuilt, ensureGenerated } from './start/build';
import {
  checkEdge,
  edgeSpec,
  edgesOf,
  edgeToken,
  localPortalUrl,
  serverCaFiles,
} from './start/edge-process';
import { checkDatabase, checkNodeVersion, checkPortsFree, listenersOf } from './start/preflight';
import { type Supervisor, supervise } from './start/supervise';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const PORTAL_POLICY = { restartsPerMinute: 5 };
// The edge must never stay down because of how often it fell: it is what customers' calls go through.
const EDGE_POLICY = { restartsPerMinute: Number.POSITIVE_INFINITY };
const PARENT_CHECK_MS = SECOND_MS;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

await main();

async function main(): Promise<void> {
  const abort = new AbortController();
  const tree = supervise(say);
  stopOnSignal(tree, abort);
  try {
    await start(tree, abort.signal);
  } catch (error) {
    if (abort.signal.aborted) return;
    process.stderr.write(`${lineOf(error)}\n`);
    await tree.stopAll();
    process.exit(1);
  }
  process.stderr.write(`${await tree.gaveUp}\n`);
  await tree.stopAll();
  process.exit(1);
}

async function start(tree: Supervisor, signal: AbortSignal): Promise<void> {
  checkNodeVersion(process.version);
  const given = process.env;
  const env = portalEnv(given);
  openDataDirectory(env.dataDir);
  const lock = await lockDataDirectory(env.dataDir);
  removeDemoFile(env.dataDir);
  const token = edgeToken(env, given);
  await checkPortsFree(env.host, listenersOf(env, token === null ? [] : ['edge']));
  if (env.databaseUrl !== null) await checkDatabase(env.databaseUrl);
  const build = { root: ROOT, say, signal };
  await ensureGenerated(build);
  await ensureBuilt(build);

  const portal = async () => {
    const { demo } = await tree.start(portalSpec({ env, lock, given, token }), PORTAL_POLICY);
    await checkPortal(localPortalUrl(env));
    return demo;
  };
  if (token === null) {
    await portal();
    say(deploymentSummary(env, null));
    return;
  }
  const edgeDir = resolve(env.dataDir, 'edge');
  mkdirSync(edgeDir, { recursive: true, mode: 0o700 });
  const edge = () => tree.start(edgeSpec({ root: ROOT, env, given, token }), EDGE_POLICY);
  // An edge that enrolled before decides from its own state: it need not wait for the portal.
  const enrolled = existsSync(resolve(edgeDir, 'enrolment.json'));
  const [demo] = enrolled ? await Promise.all([portal(), edge()]) : [await portal(), await edge()];
  await checkEdge(env, given);
  const edges = edgesOf(env, given);
  signal.throwIfAborted();
  if (demo === null) {
    say(deploymentSummary(env, edges));
    return;
  }
  writeDemoFile(env, demo, edges);
  say(demoSummary(env, demo, edges));
}

function portalSpec(input: {
  env: PortalEnv;
  lock: FileLock;
  given: NodeJS.ProcessEnv;
  token: ReturnType<typeof edgeToken>;
}) {
  const { env, lock, given, token } = input;
  return {
    name: 'portal',
    root: ROOT,
    file: 'scripts/portal.ts',
    // Paths are made absolute here, because a relative one means the folder that `npm start` was called in.
    env: { ...(token === null ? {} : serverCaFiles(env, given)), ...given, DATA_DIR: env.dataDir },
    // The embedded database is the portal's: the lock holds until the portal is gone too, even if we are killed.
    keepOpen: [lock.fd],
    readyMessage: PortalReady,
  };
}

/** The first signal stops everything in order; the second ends it at once. */
function stopOnSignal(tree: Supervisor, abort: AbortController): void {
  const stop = async (): Promise<void> => {
    if (abort.signal.aborted) {
      tree.killAll();
      process.exit(1);
    }
    abort.abort();
    await tree.stopAll();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // npm may be killed, or pass a signal on to a shell in between that ends without passing it on to us.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return;
  setInterval(() => {
    if (process.ppid !== parent && !abort.signal.aborted) void stop();
  }, PARENT_CHECK_MS).unref();
}

function lineOf(error: unknown): string {
  if (error instanceof SettingsError) return error.message;
  return error instanceof Error ? `Countersign could not start: ${error.message}` : String(error);
}

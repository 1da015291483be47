/**
 * `npm start`: one foreground process tree. Checks, generates, builds if needed, starts signer, portal and edge,
 * announces them once both answer, and ends them together.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PortalReady } from '@/lib/contract/process-messages';
import { SECOND_MS } from '@/lib/kernel/time';
import { LOCK_FILE, lockDataDirectory, openDataDirectory } from '@/lib/platform/data-directory';
import { type PortalEnv, portalEnv, SettingsError } from '@/lib/platform/env';
import { failpointOf } from '@/lib/platform/failpoint';
import type { FileLock } from '@/lib/platform/file-lock';
import { signerFolder } from '@/lib/platform/signer-env';
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
import { giveDataDirectory, ownTemporaryFolder, separation, type User } from './start/separation';
import { SIGNERS_OWN, signerOf } from './start/signer-process';
import { type Supervisor, supervise } from './start/supervise';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const PORTAL_POLICY = { restartsPerMinute: 5 };
// Customers' calls go through the edge, and nothing is issued without the signer: neither ever stays down because of
// how often it fell.
const LASTING = { restartsPerMinute: Number.POSITIVE_INFINITY };
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
  failpointOf(given);
  openDataDirectory(env.dataDir);
  const lock = await lockDataDirectory(env.dataDir);
  removeDemoFile(env.dataDir);
  const token = edgeToken(env, given);
  await checkPortsFree(env.host, listenersOf(env, token === null ? [] : ['edge']));
  if (env.databaseUrl !== null) await checkDatabase(env.databaseUrl);
  const build = { root: ROOT, say, signal };
  await ensureGenerated(build);
  await ensureBuilt(build);

  const edgeDir = resolve(env.dataDir, 'edge');
  if (token !== null) mkdirSync(edgeDir, { recursive: true, mode: 0o700 });
  const ports = listenersOf(env, token === null ? [] : ['edge']).map((one) => one.port);
  const { users, warning } = separation({ root: ROOT, dataDir: env.dataDir, ports, given });
  const signer = await signerOf({ root: ROOT, env, given, users });
  const user = users?.portal ?? null;
  const passed = user ? { ...given, ...ownTemporaryFolder(env.dataDir) } : given;
  const edgeProcess =
    token === null ? null : edgeSpec({ root: ROOT, env, given: passed, token, user });
  if (user) {
    giveDataDirectory(env.dataDir, user, [
      signerFolder(env.dataDir, given),
      resolve(env.dataDir, 'signer-socket'),
      resolve(env.dataDir, LOCK_FILE),
    ]);
  }
  if (signer.spec) await tree.start(signer.spec, LASTING);

  const portal = async () => {
    const { variables } = signer;
    const spec = portalSpec({ env, lock, given: passed, token, variables, user });
    const { demo } = await tree.start(spec, PORTAL_POLICY);
    await signer.entered();
    if (warning !== null) say(warning);
    await checkPortal(localPortalUrl(env));
    return demo;
  };
  if (edgeProcess === null) {
    await portal();
    say(deploymentSummary(env, null));
    return;
  }
  const edge = () => tree.start(edgeProcess, LASTING);
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
  variables: Readonly<Record<string, string>>;
  user: User | null;
}) {
  const { env, lock, given, token, variables, user } = input;
  const passed = Object.entries(given).filter(([name]) => !SIGNERS_OWN.includes(name));
  return {
    name: 'portal',
    root: ROOT,
    file: 'scripts/portal.ts',
    // Paths are made absolute here, because a relative one means the folder that `npm start` was called in.
    env: {
      ...(token === null ? {} : serverCaFiles(env, given)),
      ...Object.fromEntries(passed),
      ...variables,
      DATA_DIR: env.dataDir,
    },
    // The embedded database is the portal's: the lock holds until the portal is gone too, even if we are killed.
    keepOpen: [lock.fd],
    user,
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

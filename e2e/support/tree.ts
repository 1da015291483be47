/** A real `npm start` in a data directory of its own, on free ports, as a newcomer would run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../scripts/postgres';

type Edge = { mtlsUrl: string; standardUrl: string; caFile: string };
export type Account = {
  apiKey: string;
  users: { email: string; password: string; role: string }[];
  apiClients: { environment: string; username: string; password: string }[];
};
export type Demo = Account & {
  portalUrl: string;
  edges: { production: Edge; sandbox: Edge };
  secondAccount: Account;
};

export type Ports = Record<string, string>;
export type Tree = {
  readonly demo: Demo;
  readonly dataDir: string;
  readonly pid: number;
  /** How long it took until demo.json was there. */
  readonly startMs: number;
  /** All it printed, both streams. */
  output(): string;
  /** What it logged; what is for the person who started it is on the other stream. */
  log(): string;
  ended: Promise<number | null>;
};

// Three seconds on a quiet machine; one that has twenty other things to do takes a minute and more.
const START_WITHIN_MS = 150_000;
const POLL_MS = 20;
const PORT_NAMES = [
  'PORT',
  'EDGE_PRODUCTION_MTLS_PORT',
  'EDGE_PRODUCTION_STANDARD_PORT',
  'EDGE_SANDBOX_MTLS_PORT',
  'EDGE_SANDBOX_STANDARD_PORT',
];
// Settings of whoever runs the tests must not leak into the trees they start.
const PASSED = ['PATH', 'HOME', 'LANG', 'TMPDIR'];

export async function freePorts(): Promise<Ports> {
  const ports = new Set<number>();
  while (ports.size < PORT_NAMES.length) ports.add(await freePort());
  const values = [...ports].map(String);
  return Object.fromEntries(PORT_NAMES.map((name, index) => [name, values[index] ?? '']));
}

const dataDirs: string[] = [];

export function newDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-e2e-'));
  // Processes that stopped being root have to pass it.
  chmodSync(folder, 0o711);
  const dataDir = join(folder, 'data');
  dataDirs.push(dataDir);
  return dataDir;
}

export function cleanEnv(settings: Record<string, string>): NodeJS.ProcessEnv {
  const passed = PASSED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { NODE_ENV: 'production', ...Object.fromEntries(passed), ...settings };
}

/** Starts the process and says nothing about whether it will come up. */
export function launch(settings: Record<string, string>): {
  child: ChildProcess;
  output: () => string;
  log: () => string;
  ended: Promise<number | null>;
} {
  let printed = '';
  let logged = '';
  const child = spawn('npm', ['start', '--silent'], {
    env: cleanEnv(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a terminal gives a foreground command: Ctrl-C reaches every process in it.
    detached: true,
  });
  const keep = (chunk: Buffer) => {
    printed += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.stderr.on('data', (chunk: Buffer) => {
    logged += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, output: () => printed, log: () => logged, ended };
}

/** After a test that broke off: ends every tree that it started. */
export function endLeftovers(): void {
  for (const dataDir of dataDirs) {
    for (const pid of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
  }
}

export async function startTree(settings: {
  dataDir: string;
  ports: Ports;
  env?: Record<string, string>;
}): Promise<Tree> {
  const { dataDir, ports } = settings;
  const file = join(dataDir, 'demo.json');
  rmSync(file, { force: true });
  const started = Date.now();
  const { child, output, log, ended } = launch({ ...ports, DATA_DIR: dataDir, ...settings.env });
  let over = false;
  ended.then(() => {
    over = true;
  });
  while (!existsSync(file)) {
    if (over) throw new Error(`npm start ended:\n${output()}`);
    if (Date.now() - started > START_WITHIN_MS) {
      child.kill('SIGTERM');
      throw new Error(`npm start was not ready in time:\n${output()}`);
    }
    await pause(POLL_MS);
  }
  const startMs = Date.now() - started;
  const demo: Demo = JSON.parse(readFileSync(file, 'utf8'));
  return { demo, dataDir, pid: child.pid ?? 0, startMs, output, log, ended };
}

export async function stopTree(tree: Tree, by: 'SIGTERM' | 'Ctrl-C' = 'SIGTERM'): Promise<void> {
  if (by === 'Ctrl-C') process.kill(-tree.pid, 'SIGINT');
  else process.kill(tree.pid, 'SIGTERM');
  await tree.ended;
  const leftovers = processesOf(tree.dataDir);
  for (const pid of leftovers) process.kill(pid, 'SIGKILL');
  if (leftovers.length > 0) throw new Error(`processes were left behind: ${leftovers}`);
}

/** Every process whose environment names this data directory: the whole tree and nothing else. */
export function processesOf(dataDir: string): number[] {
  return processIds().filter((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      const named = environment.includes(`DATA_DIR=${dataDir}`);
      return named || environment.includes(`EDGE_STATE_DIR=${join(dataDir, 'edge')}`);
    } catch {
      return false;
    }
  });
}

export function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
}

function processIds(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

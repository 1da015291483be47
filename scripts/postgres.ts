/**
 * A PostgreSQL server of our own, from the machine's binaries, in a temporary directory and on loopback only. It ends
 * with the process that started it, even if that one is killed.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

export type PrivatePostgres = {
  readonly port: number;
  /** Of the server's first process, the parent of all others. */
  readonly pid: number;
  /** Connection address of a database, as a role that owns it and is no superuser. */
  url(database: string): string;
  createDatabase(name: string): Promise<string>;
  /** Ends the server as a crash would (`pg_ctl -m immediate`) and starts it again, on the same port and files. */
  crash(): Promise<void>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
};

type Settings = {
  /** `off` is several times faster; what was committed then survives a killed process, but not a lost machine. */
  readonly fsync: 'on' | 'off';
};
type User = { readonly uid: number; readonly gid: number };

const ROLE = 'countersign';
const DEBIAN_BINARIES = '/usr/lib/postgresql';
// The tests open a pool of 20 each, on two workers, and race tests more.
const MAX_CONNECTIONS = 200;
const START_WITHIN_MS = 30_000;
const POLL_MS = 50;

/** @throws Error when there are no binaries or the server does not come up; its own words are in the message */
export async function startPrivatePostgres(
  settings: Settings = { fsync: 'off' },
): Promise<PrivatePostgres> {
  const binaries = postgresBinaries();
  if (binaries === null) {
    throw new Error('PostgreSQL is not installed. Run: sudo apt-get install postgresql');
  }
  const folder = mkdtempSync(join(tmpdir(), 'countersign-pg-'));
  const user = unprivilegedUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const password = randomBytes(24).toString('hex');
  initialize({ binaries, folder, user, password });
  const port = await freePort();
  const start = () => launch({ binaries, folder, user, port, settings });
  let server = start();
  const url = (role: string, database: string) =>
    `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`;
  const stop = async (): Promise<void> => {
    await end(server);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(server, url('postgres', 'postgres'), join(folder, 'log'));
    // A deployment's role is no superuser, so the tests' is none either: a superuser passes every row-level policy.
    const sql = `CREATE ROLE ${ROLE} LOGIN CREATEDB CREATEROLE PASSWORD '${password}'`;
    await query(url('postgres', 'postgres'), sql);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    get pid() {
      return server.pid ?? 0;
    },
    url: (database) => url(ROLE, database),
    async createDatabase(name) {
      await query(url(ROLE, 'postgres'), `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
      return url(ROLE, name);
    },
    async crash() {
      const ended = once(server, 'exit');
      server.kill('SIGQUIT');
      await ended;
      server = start();
      await ready(server, url('postgres', 'postgres'), join(folder, 'log'));
    },
    stop,
  };
}

/** The folder that holds `initdb` and `postgres`; the newest version where Debian has several. */
export function postgresBinaries(): string | null {
  const versions = existsSync(DEBIAN_BINARIES) ? readdirSync(DEBIAN_BINARIES) : [];
  const debian = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN_BINARIES, version, 'bin'));
  const onPath = (process.env.PATH ?? '').split(delimiter);
  return [...debian, ...onPath].find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): User | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const found = accounts.find(([name]) => name === wanted);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error('PostgreSQL cannot run as root, and there is no user "postgres" or "nobody".');
}

function initialize(input: {
  binaries: string;
  folder: string;
  user: User | null;
  password: string;
}): void {
  const { binaries, folder, user, password } = input;
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  const options = ['-D', join(folder, 'data'), '-U', 'postgres', '--auth=scram-sha-256'];
  execFileSync(
    join(binaries, 'initdb'),
    [...options, '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8', `--pwfile=${passwordFile}`],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], ...user },
  );
  rmSync(passwordFile);
}

function launch(input: {
  binaries: string;
  folder: string;
  user: User | null;
  port: number;
  settings: Settings;
}): ChildProcess {
  const { binaries, folder, user, port, settings } = input;
  const options = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    max_connections: MAX_CONNECTIONS,
    fsync: settings.fsync,
    synchronous_commit: settings.fsync,
    full_page_writes: settings.fsync,
    log_destination: 'stderr',
    logging_collector: 'on',
    log_directory: join(folder, 'log'),
    log_filename: 'server.log',
  };
  const server = join(binaries, 'postgres');
  const args = ['-D', join(folder, 'data')].concat(
    Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  );
  const [command = server, ...rest] = withParentsDeath(user, [server, ...args]);
  const spawnAs = command === server ? user : null;
  return spawn(command, rest, { cwd: folder, stdio: 'ignore', detached: true, ...spawnAs });
}

/** Linux can be told to interrupt a process (here: a fast shutdown) when the one that started it dies. */
function withParentsDeath(user: User | null, command: string[]): string[] {
  const setpriv = '/usr/bin/setpriv';
  if (!existsSync(setpriv)) return command;
  const become = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : [];
  return [setpriv, ...become, '--pdeathsig', 'INT', '--', ...command];
}

async function ready(server: ChildProcess, url: string, logFolder: string): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS;
  let last: unknown = null;
  while (Date.now() < deadline && server.exitCode === null && server.signalCode === null) {
    try {
      await query(url, 'SELECT 1');
      return;
    } catch (error) {
      last = error;
      await pause(POLL_MS);
    }
  }
  const log = join(logFolder, 'server.log');
  const words = existsSync(log) ? readFileSync(log, 'utf8') : String(last);
  throw new Error(`PostgreSQL did not come up:\n${words}`);
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGINT');
  await ended;
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A port that is free now, on loopback. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

/**
 * Started as root, each process becomes a user of its own: the signer always, portal and edge where that user can reach
 * the program and the data. Then a portal that was taken over can open neither the CA keys nor the edge's.
 */
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SettingsError } from '@/lib/platform/env';

export type User = { readonly uid: number; readonly gid: number };
export type Separation = {
  /** Null: everything runs as whoever started it. */
  readonly users: { readonly signer: User; readonly portal: User | null } | null;
  /** For the terminal; null when all is separated, or cannot be since we are not root. */
  readonly warning: string | null;
};

// Users of these names are taken where the machine has them, and otherwise numbers that no package takes
// (Debian policy 9.2.2: 60000-64999 are given out on request only).
const NAMES = { signer: 'countersign-signer', portal: 'countersign' } as const;
const NUMBERS = { signer: 64_701, portal: 64_702 } as const;
const FIRST_UNPRIVILEGED = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
const STICKY = 0o1770;
const PASS = 0o001;
const EVERYBODYS = 0o003;
const READ = 0o004;

/** @throws SettingsError for a user that is not there */
export function separation(input: {
  root: string;
  dataDir: string;
  ports: readonly number[];
  given: NodeJS.ProcessEnv;
}): Separation {
  if (process.getuid?.() !== 0) return { users: null, warning: null };
  const { given } = input;
  const signer = userOf('SIGNER_USER', given.SIGNER_USER, 'signer');
  const portal = userOf('PORTAL_USER', given.PORTAL_USER, 'portal');
  const obstacle = obstacleTo(input);
  if (obstacle === null) return { users: { signer, portal }, warning: null };
  return {
    users: { signer, portal: null },
    warning: `Portal and edge run as root: ${obstacle}. Their separation from the CA keys is off.`,
  };
}

/**
 * Gives what is in the data directory to the portal's user, but for what is ours or the signer's. The directory stays
 * root's and sticky: a portal that was taken over can put nothing in the place of those, for root to stumble over.
 */
export function giveDataDirectory(
  dataDir: string,
  portal: User,
  othersOwn: readonly string[],
): void {
  const give = (path: string, name: string): void => {
    if (othersOwn.includes(name)) return;
    const facts = lstatSync(path);
    if (facts.uid !== portal.uid && !isSecondName(facts)) lchownSync(path, portal.uid, portal.gid);
    if (facts.isDirectory()) inFolder(path, (child) => give(child.path, join(name, child.name)));
  };
  inFolder(dataDir, (child) => give(child.path, join(dataDir, child.name)));
  lchownSync(dataDir, 0, portal.gid);
  // The signer is of the portal's group: it passes through to its own folder. Nobody else does.
  chmodSync(dataDir, STICKY);
}

/** Whoever can link to a file of somebody else's must not get it by that. */
function isSecondName(facts: Stats): boolean {
  return facts.isFile() && facts.nlink > 1;
}

/**
 * By the open folder, not by its path: a process that a portal left behind could put a link to another folder in its
 * place between two looks, and what is in that one would be given away.
 */
function inFolder(path: string, each: (child: { path: string; name: string }) => void): void {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const folder = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const held = `/proc/self/fd/${folder}`;
    const inside = existsSync(held) ? held : path;
    for (const name of readdirSync(inside)) each({ path: join(inside, name), name });
  } finally {
    closeSync(folder);
  }
}

/** A folder for what programs put aside, where the one of whoever started us is not everybody's. */
export function ownTemporaryFolder(dataDir: string): Readonly<Record<string, string>> {
  const { mode } = statSync(tmpdir());
  if ((mode & EVERYBODYS) === EVERYBODYS) return {};
  const folder = join(dataDir, 'tmp');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { TMPDIR: folder };
}

function obstacleTo(input: {
  root: string;
  dataDir: string;
  ports: readonly number[];
}): string | null {
  const closed = [input.root, dirname(input.dataDir)].flatMap((path) => closedAbove(path) ?? [])[0];
  if (closed !== undefined) return `no other user can pass ${closed}`;
  const unreadable = ['package.json', 'scripts', 'lib', 'node_modules', '.next', 'generated'].find(
    (name) => !readable(join(input.root, name)),
  );
  if (unreadable !== undefined) return `no other user can read ${join(input.root, unreadable)}`;
  const first = Number(readFileSync(FIRST_UNPRIVILEGED, 'utf8'));
  const low = input.ports.find((port) => port < first);
  return low === undefined ? null : `only root can listen on port ${low}`;
}

function closedAbove(path: string): string | null {
  if ((statSync(path).mode & PASS) === 0) return path;
  return path === dirname(path) ? null : closedAbove(dirname(path));
}

function readable(path: string): boolean {
  const { mode } = statSync(path, { throwIfNoEntry: false }) ?? { mode: READ };
  return (mode & READ) !== 0;
}

function userOf(setting: string, given: string | undefined, who: 'signer' | 'portal'): User {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const wanted = given || NAMES[who];
  const found = accounts.find(([name, , uid]) => name === wanted || uid === wanted);
  if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  if (given) throw new SettingsError(`${setting}: this machine has no user "${given}".`);
  return { uid: NUMBERS[who], gid: NUMBERS[who] };
}

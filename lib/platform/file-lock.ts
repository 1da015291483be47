/**
 * Advisory locks that the kernel holds: they survive nothing, so a process killed at any moment leaves none behind.
 * Node has no flock(2), but the lock belongs to the open file, which a helper program inherits: it takes the lock on
 * our behalf and ends, and the lock stays for as long as we, or a child we hand the descriptor to, keep the file open.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { SettingsError } from './env';

export type FileLock = {
  /** Handed to a child process, it keeps the lock for as long as that child lives. */
  readonly fd: number;
  release(): void;
};

const INHERITED = 3;
const HELD_BY_ANOTHER = 1;
// macOS and the smallest containers have no flock(1), but they have Perl.
const TAKERS: readonly [string, readonly string[]][] = [
  ['flock', ['-n', '-x', String(INHERITED)]],
  [
    'perl',
    [
      '-MFcntl=:flock',
      '-e',
      `open(F, "+<&=${INHERITED}"); exit(flock(F, LOCK_EX | LOCK_NB) ? 0 : 1)`,
    ],
  ],
];

/**
 * Takes the lock on `path`, creating the file (0600) if need be.
 * @returns null when another process holds it
 * @throws SettingsError when this machine has no program that can take it
 */
export function tryLockFile(path: string): FileLock | null {
  const fd = openSync(path, 'a+', 0o600);
  for (const [program, args] of TAKERS) {
    const { error, status } = spawnSync(program, args, {
      stdio: ['ignore', 'ignore', 'ignore', fd],
    });
    if (error) continue;
    if (status === 0) return { fd, release: () => closeSync(fd) };
    closeSync(fd);
    if (status === HELD_BY_ANOTHER) return null;
    throw new SettingsError(`${path} cannot be locked: ${program} ended with status ${status}.`);
  }
  closeSync(fd);
  throw new SettingsError(
    'Neither flock nor perl was found, and one of them is needed to lock the data directory. Install util-linux.',
  );
}

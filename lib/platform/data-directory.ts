/**
 * The directory that holds the embedded database, generated secrets and the edge's state. The embedded database has
 * no lock of its own, and two processes on it corrupt it silently: whoever opens it holds this lock.
 */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SECOND_MS } from '@/lib/kernel/time';
import { SettingsError } from './env';
import { type FileLock, tryLockFile } from './file-lock';

const PRIVATE = 0o700;
const OTHERS = 0o077;
export const LOCK_FILE = 'lock';
// A portal whose supervisor was killed notices at once and needs this long at most to close its database.
const ORPHAN_WAIT_MS = 10 * SECOND_MS;
const POLL_MS = 100;

/**
 * Makes the directory if need be and tightens it to its owner.
 * @throws SettingsError when it cannot be read and written
 */
export function openDataDirectory(path: string): void {
  try {
    makeDirectory(path);
    if ((statSync(path).mode & OTHERS) !== 0) chmodSync(path, PRIVATE);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new SettingsError(
      `The data directory ${path} cannot be used (${codeOf(error)}). Make it a directory that this user owns, or set DATA_DIR to another.`,
    );
  }
}

// mkdirSync's own `recursive` never returns where a file system answers ENOENT below a directory that exists (/proc).
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectory(parent);
  mkdirSync(path, { mode: PRIVATE });
}

/**
 * Takes the directory for this process and for children given the lock's descriptor.
 * @throws SettingsError naming the process that has it
 */
export async function lockDataDirectory(path: string): Promise<FileLock> {
  const file = join(path, LOCK_FILE);
  const deadline = Date.now() + ORPHAN_WAIT_MS;
  for (;;) {
    const lock = take(file, path);
    if (lock) {
      writeFileSync(file, `${process.pid}\n`);
      return lock;
    }
    const holder = readFileSync(file, 'utf8').trim();
    // The holder is gone but its child still is not: it is closing the database right now.
    if (isAlive(Number(holder)) || Date.now() > deadline) {
      throw new SettingsError(
        `The data directory ${path} is in use by process ${holder}. Stop that one, or set DATA_DIR to another directory.`,
      );
    }
    await pause(POLL_MS);
  }
}

function take(file: string, path: string): FileLock | null {
  try {
    return tryLockFile(file);
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    throw new SettingsError(
      `The data directory ${path} cannot be written (${codeOf(error)}). Give it to this user, or set DATA_DIR to another.`,
    );
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

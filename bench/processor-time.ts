/** Where the processor's time goes, by process, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

// USER_HZ, 100 on every Linux that Node runs on.
const TICK_MS = 10;

/** Milliseconds of processor time of a process and of all below it, ended ones that were waited for included. */
export function processorMs(pid: number): number {
  const all = processes();
  const sum = (one: Process): number =>
    one.ownMs +
    all.filter((other) => other.parent === one.pid).reduce((total, child) => total + sum(child), 0);
  const root = all.find((one) => one.pid === pid);
  return root ? sum(root) : Number.NaN;
}

type Process = { pid: number; parent: number; ownMs: number };

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const text = stat(name);
      // The name of the program, in parentheses, may hold anything.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      const ticks = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
      return text ? [{ pid: Number(name), parent: Number(fields[1]), ownMs: ticks * TICK_MS }] : [];
    });
}

/** Empty for a process that ended meanwhile. */
function stat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

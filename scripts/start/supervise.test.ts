import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeReady } from '@/lib/contract/process-messages';
import type { ChildSpec } from './child';
import { supervise } from './supervise';

const TIMEOUT_MS = 30_000;
const READY = 'process.send({ ready: true });';
const STAY = 'setInterval(() => undefined, 1000);';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-supervise-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(body: string): ChildSpec<EdgeReady> {
  const file = join(folder, 'program.ts');
  writeFileSync(
    file,
    `require('node:fs').appendFileSync(process.env.NOTE, process.pid + '\\n');${body}`,
  );
  return {
    name: 'edge',
    root: process.cwd(),
    file,
    env: { ...process.env, NOTE: join(folder, 'pids') },
    keepOpen: [],
    user: null,
    readyMessage: EdgeReady,
  };
}

const pids = (): number[] =>
  readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').map(Number);

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20);
}

describe('the process tree', { timeout: TIMEOUT_MS }, () => {
  it('passes on the one line in which a process says why it cannot start', async () => {
    const tree = supervise(() => undefined);
    const spec = program(`process.send({ error: 'No token.' }, () => process.exit(1));`);
    await expect(tree.start(spec, { restartsPerMinute: 5 })).rejects.toThrow(/^No token\.$/);
    await tree.stopAll();
  });

  it('says how a process ended that never said anything', async () => {
    const tree = supervise(() => undefined);
    await expect(tree.start(program('process.exit(3);'), { restartsPerMinute: 5 })).rejects.toThrow(
      'The edge ended with status 3 before it was ready.',
    );
  });

  it('starts a process again that was killed, and ends it when asked', async () => {
    const said: string[] = [];
    const tree = supervise((line) => said.push(line));
    await tree.start(program(READY + STAY), { restartsPerMinute: 5 });
    const [first = 0] = pids();
    process.kill(first, 'SIGKILL');
    await until(() => pids().length === 2);
    expect(said).toEqual(['The edge was ended by SIGKILL; starting it again.']);
    await tree.stopAll();
    expect(pids().some(alive)).toBe(false);
  });

  it('gives up on a process that falls more often than allowed', async () => {
    const tree = supervise(() => undefined);
    const spec = program(`${READY} setTimeout(() => process.exit(1), 50);`);
    await tree.start(spec, { restartsPerMinute: 2 });
    expect(await tree.gaveUp).toBe(
      'The edge ended with status 1 3 times within a minute. Stopping everything.',
    );
    expect(pids()).toHaveLength(3);
  });

  it('a second signal ends at once what ignores the first', async () => {
    const tree = supervise(() => undefined);
    await tree.start(program(`process.on('SIGTERM', () => undefined);${READY}${STAY}`), {
      restartsPerMinute: 5,
    });
    const stopped = tree.stopAll();
    tree.killAll();
    await stopped;
    expect(pids().some(alive)).toBe(false);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { expect, it } from 'vitest';
import { startPrivatePostgres } from './postgres';

const TIMEOUT_MS = 60_000;

it(
  'a private PostgreSQL serves databases to a role that is no superuser, and is gone after stop',
  async () => {
    const postgres = await startPrivatePostgres();
    const url = await postgres.createDatabase('first');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(
      `SELECT current_database() AS name, current_setting('is_superuser') AS superuser`,
    );
    await client.end();
    expect(rows).toEqual([{ name: 'first', superuser: 'off' }]);
    await postgres.stop();
    await expect(new pg.Client({ connectionString: url }).connect()).rejects.toThrow();
  },
  TIMEOUT_MS,
);

it(
  'a private PostgreSQL ends when the process that started it is killed',
  async () => {
    // A killed process removes nothing, so what it leaves goes to a folder that the test removes.
    const folder = mkdtempSync(join(tmpdir(), 'countersign-killed-'));
    chmodSync(folder, 0o755);
    const program = `import { startPrivatePostgres } from './scripts/postgres';
      const postgres = await startPrivatePostgres();
      console.log(postgres.url('postgres'));
      setInterval(() => undefined, 1000);`;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: folder } },
    );
    const [url] = await once(createInterface({ input: child.stdout }), 'line');
    const client = new pg.Client({ connectionString: String(url) });
    client.on('error', () => undefined);
    await client.connect();
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    child.kill('SIGKILL');
    await ended;
    const deadline = Date.now() + 10_000;
    let alive = true;
    while (alive && Date.now() < deadline) {
      const probe = new pg.Client({ connectionString: String(url) });
      alive = await probe.connect().then(
        () => true,
        () => false,
      );
      await probe.end().catch(() => undefined);
      if (alive) await pause(100);
    }
    expect(alive).toBe(false);
    rmSync(folder, { recursive: true, force: true });
  },
  TIMEOUT_MS,
);

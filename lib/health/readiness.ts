/**
 * Whether this portal can do its work now. Reasons are words of ours: an error of a driver may have a host, a user or a
 * statement in it, and whoever asks need not be anybody.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemScope } from '@/lib/access/scope';
import { SECOND_MS } from '@/lib/kernel/time';
import { queryAcrossAccounts } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { log } from '@/lib/platform/log';
import { processWide } from '@/lib/platform/process-wide';

export type Readiness = {
  status: 'ready' | 'degraded' | 'unready';
  checks: Record<'database' | 'migrations' | 'publisher' | 'signer', string>;
};

const ANSWER_WITHIN_MS = 2 * SECOND_MS;
/** Whoever asks more often than this is told what was found last. */
const KEPT_MS = SECOND_MS;
/** A change has its number within milliseconds; one that waits so long waits for something that is broken. */
const NUMBERED_WITHIN_SECONDS = 10;

type Known = { atMs: number; found: Promise<Readiness> | null };

/**
 * A portal without its signer goes on with everything but issuing, so it is `degraded`: taking all portals out of
 * service because of a signer would stop what still works.
 */
export function readiness(): Promise<Readiness> {
  const known = processWide<Known>('readiness', () => ({ atMs: 0, found: null }));
  if (known.found === null || performance.now() - known.atMs > KEPT_MS) {
    known.atMs = performance.now();
    known.found = look();
  }
  return known.found;
}

async function look(): Promise<Readiness> {
  const [rows, signer] = await Promise.all([
    soon(databaseState(), 'database'),
    soon(deployment().signer.status(), 'signer'),
  ]);
  const checks = {
    database: rows === null ? 'does not answer' : 'ok',
    migrations: rows === null ? 'unknown' : rows.migrations,
    publisher: rows === null ? 'unknown' : rows.publisher,
    signer: signer === null ? 'does not answer: nothing is issued until it does' : 'ok',
  };
  const { signer: _signer, ...needed } = checks;
  if (Object.values(needed).some((state) => state !== 'ok')) return { status: 'unready', checks };
  return { status: signer === null ? 'degraded' : 'ready', checks };
}

async function databaseState(): Promise<{ migrations: string; publisher: string }> {
  const [row] = await queryAcrossAccounts(
    systemScope('reports', 'readiness'),
    `SELECT (SELECT json_agg(migration_name) FROM _prisma_migrations
        WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL) AS applied,
      coalesce((SELECT extract(epoch FROM now() - created_at) FROM edge_change
        WHERE number IS NULL ORDER BY id LIMIT 1), 0)::float8 AS waiting`,
    [],
  );
  const { applied, waiting } = Object(row);
  const names = new Set<unknown>(Array.isArray(applied) ? applied : []);
  const missing = ownMigrations().filter((name) => !names.has(name));
  return {
    migrations: missing.length === 0 ? 'ok' : `${missing.length} of this version are not applied`,
    publisher:
      Number(waiting) <= NUMBERED_WITHIN_SECONDS ? 'ok' : 'changes wait to be sent to the edges',
  };
}

/** A database that is ahead belongs to a newer portal beside this one, as in an upgrade. */
function ownMigrations(): string[] {
  return processWide('own-migrations', () =>
    readdirSync(join(process.cwd(), 'prisma/migrations'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name),
  );
}

async function soon<T>(asked: Promise<T>, what: string): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ANSWER_WITHIN_MS, null);
  });
  try {
    return await Promise.race([asked, late]);
  } catch (error) {
    log().warn({ err: error, check: what }, 'a check of readiness failed');
    return null;
  } finally {
    clearTimeout(timer);
    asked.catch(() => undefined);
  }
}

/**
 * The database, reached through a Scope only. `inScope` runs as the application role with the account's id set, so
 * that row-level security is a second net under every `where`; `acrossAccounts` needs a DeploymentScope and runs as
 * the owner. There is no other way to a row.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type Prisma, PrismaClient } from '@/generated/prisma/client';
import type { DeploymentScope, Scope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { SECOND_MS } from '@/lib/kernel/time';
import { PGliteAdapterFactory } from './pglite-adapter';
import { processWide, setProcessWide } from './process-wide';

export type Tx = Prisma.TransactionClient;

export type Database = {
  /** Transactions under way; `close` waits for them, since PGlite cannot be closed around an open one. */
  readonly running: Set<Promise<unknown>>;
  readonly kind: 'pglite' | 'postgres';
  readonly prisma: PrismaClient;
  /** Runs SQL text of several statements, for migrations; an open transaction is rolled back on failure. */
  execute(script: string): Promise<void>;
  close(): Promise<void>;
};

// With the embedded database every transaction waits for the one before it, so the wait must cover a burst.
const TRANSACTION = { maxWait: 20 * SECOND_MS, timeout: 20 * SECOND_MS };
const POOL_SIZE = 20;
const DRAIN_MS = 3 * SECOND_MS;
// It bounds the wait for a free connection as well, so it must cover a burst too.
const CONNECT_TIMEOUT_MS = 15 * SECOND_MS;

/** Opens PostgreSQL when `url` is given, otherwise the embedded database in `dataDir`/db. */
export async function openDatabase(input: {
  url: string | null;
  dataDir: string;
}): Promise<Database> {
  const opened = input.url ? openPostgres(input.url) : await openEmbedded(input.dataDir);
  setProcessWide('database', opened);
  setProcessWide('database-closing', false);
  return opened;
}

export function database(): Database {
  return processWide<Database>('database', () => {
    throw new Error('the database was used before it was opened');
  });
}

/** One transaction on the rows of the scope's account, as the application role. */
export function inScope<T>(scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T> {
  return tracked(async (tx) => {
    await tx.$queryRaw`SELECT set_config('role', 'countersign_app', true),
      set_config('countersign.account_id', ${scope.accountId}, true)`;
    return work(tx);
  });
}

/** One transaction across accounts, as the owner of the tables. */
export function acrossAccounts<T>(
  scope: DeploymentScope,
  work: (tx: Tx) => Promise<T>,
  options: { isolationLevel?: Prisma.TransactionIsolationLevel } = {},
): Promise<T> {
  if (!scope.permission) throw new Error('a deployment scope is needed');
  return tracked(work, options);
}

async function tracked<T>(
  work: (tx: Tx) => Promise<T>,
  options: { isolationLevel?: Prisma.TransactionIsolationLevel } = {},
): Promise<T> {
  const { prisma, running } = database();
  if (processWide('database-closing', () => false)) {
    throw new AppError('database_unavailable', {
      detail: 'This portal is stopping. Nothing was changed. Try again in a few seconds.',
      retryAfterSeconds: 5,
    });
  }
  const transaction = prisma.$transaction(work, { ...TRANSACTION, ...options });
  running.add(transaction);
  try {
    return await transaction;
  } finally {
    running.delete(transaction);
  }
}

/** Lets what is under way end, and takes nothing new. */
export async function closeDatabase(): Promise<void> {
  const opened = database();
  setProcessWide('database-closing', true);
  await Promise.race([Promise.allSettled(opened.running), pause(DRAIN_MS)]);
  await Promise.race([opened.close(), pause(DRAIN_MS)]);
}

function openPostgres(url: string): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'countersign',
  });
  // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    running: new Set(),
    kind: 'postgres',
    prisma,
    async execute(script) {
      const client = await pool.connect();
      try {
        await client.query(script);
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

async function openEmbedded(dataDir: string): Promise<Database> {
  const directory = join(dataDir, 'db');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const pglite = await PGlite.create(directory);
  const prisma = new PrismaClient({ adapter: new PGliteAdapterFactory(pglite) });
  return {
    running: new Set(),
    kind: 'pglite',
    prisma,
    async execute(script) {
      try {
        await pglite.exec(script);
      } catch (error) {
        await pglite.exec('ROLLBACK');
        throw error;
      }
    },
    async close() {
      await prisma.$disconnect();
      await pglite.close();
    },
  };
}

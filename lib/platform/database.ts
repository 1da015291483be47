/**
 * The database, reached through a Scope only. `inScope` runs as the application role with the account's id set, so
 * that row-level security is a second net under every `where`; `acrossAccounts` needs a DeploymentScope and runs as
 * the owner. There is no other way to a row.
 */
import { createHash } from 'node:crypto';
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
import { traced } from '@/lib/telemetry/span';
import { listening } from './listening';
import { PGliteAdapterFactory } from './pglite-adapter';
import { processWide, setProcessWide } from './process-wide';
import { statementSpan, tracedAdapter } from './traced-adapter';

export type Tx = Prisma.TransactionClient;

export type SqlValue = string | number | null;

export type Database = {
  /** Transactions under way; `close` waits for them, since PGlite cannot be closed around an open one. */
  readonly running: Set<Promise<unknown>>;
  readonly kind: 'pglite' | 'postgres';
  readonly prisma: PrismaClient;
  /** One statement, prepared once a connection, as a transaction of its own. */
  query(text: string, values: readonly SqlValue[]): Promise<unknown[]>;
  /** Runs SQL text of several statements, for migrations; an open transaction is rolled back on failure. */
  execute(script: string): Promise<void>;
  /** Calls `heard` for each NOTIFY on the channel, and whenever some may have been missed. */
  listen(channel: string, heard: () => void): { stop(): Promise<void> };
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
  return transaction(async (tx) => {
    await tx.$queryRaw`SELECT set_config('role', 'countersign_app', true),
      set_config('countersign.account_id', ${scope.accountId}, true)`;
    return work(tx);
  });
}

/**
 * Calls one of our SQL functions on the rows of the scope's account, as the application role: one statement, which is
 * one round trip and one transaction.
 * @param args as text: JSON for JSONB
 * @throws Error of the driver, with the SQLSTATE as `code`
 */
export async function callInScope(
  scope: Scope,
  name: `countersign_${string}`,
  args: readonly SqlValue[],
): Promise<unknown> {
  const places = args.map((_arg, index) => `$${index + 2}`).join(', ');
  // The role is set before the function is called, and inside a function statements are planned as that role.
  const text = `WITH scope AS MATERIALIZED (SELECT set_config('role', 'countersign_app', true) AS role,
      set_config('countersign.account_id', $1, true) AS account)
    SELECT ${name}(${places}) AS reply FROM scope WHERE role = 'countersign_app' AND account = $1`;
  const [row] = await statement(name, text, [scope.accountId, ...args]);
  return Object(row).reply;
}

/** One statement across accounts, as the owner of the tables; the rows as the driver reads them. */
export function queryAcrossAccounts(
  scope: DeploymentScope,
  text: string,
  values: readonly SqlValue[],
): Promise<unknown[]> {
  if (!scope.permission) throw new Error('a deployment scope is needed');
  return statement(text, text, values);
}

/** One transaction across accounts, as the owner of the tables. */
export function acrossAccounts<T>(
  scope: DeploymentScope,
  work: (tx: Tx) => Promise<T>,
  options: { isolationLevel?: Prisma.TransactionIsolationLevel } = {},
): Promise<T> {
  if (!scope.permission) throw new Error('a deployment scope is needed');
  return transaction(work, options);
}

/** @param shown the SQL, or the function of ours, that it is told as */
function statement(shown: string, text: string, values: readonly SqlValue[]): Promise<unknown[]> {
  return traced(statementSpan(shown), () => tracked(({ query }) => query(text, values)));
}

function transaction<T>(
  work: (tx: Tx) => Promise<T>,
  options: { isolationLevel?: Prisma.TransactionIsolationLevel } = {},
): Promise<T> {
  return traced({ name: 'transaction', where: 'beneath' }, () =>
    tracked(({ prisma }) => prisma.$transaction(work, { ...TRANSACTION, ...options })),
  );
}

async function tracked<T>(work: (opened: Database) => Promise<T>): Promise<T> {
  const opened = database();
  if (processWide('database-closing', () => false)) {
    throw new AppError('database_unavailable', {
      detail: 'This portal is stopping. Nothing was changed. Try again in a few seconds.',
      retryAfterSeconds: 5,
    });
  }
  const underWay = work(opened);
  opened.running.add(underWay);
  try {
    return await underWay;
  } finally {
    opened.running.delete(underWay);
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
  const prisma = new PrismaClient({ adapter: tracedAdapter(new PrismaPg(pool)) });
  return {
    running: new Set(),
    kind: 'postgres',
    prisma,
    async query(text, values) {
      const { rows } = await pool.query({ name: statementName(text), text, values: [...values] });
      return rows;
    },
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
    listen: (channel, heard) => listening({ url, channel, heard }),
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

// PostgreSQL cuts names after 63 bytes.
function statementName(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

async function openEmbedded(dataDir: string): Promise<Database> {
  const directory = join(dataDir, 'db');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const pglite = await PGlite.create(directory);
  const prisma = new PrismaClient({ adapter: tracedAdapter(new PGliteAdapterFactory(pglite)) });
  return {
    running: new Set(),
    kind: 'pglite',
    prisma,
    async query(text, values) {
      const { rows } = await pglite.query(text, [...values]);
      return rows;
    },
    async execute(script) {
      try {
        await pglite.exec(script);
      } catch (error) {
        await pglite.exec('ROLLBACK');
        throw error;
      }
    },
    // One process owns it, and knows itself what it changed.
    listen: () => ({ stop: () => Promise.resolve() }),
    async close() {
      await prisma.$disconnect();
      await pglite.close();
    },
  };
}

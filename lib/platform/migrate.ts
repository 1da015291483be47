/**
 * Applies prisma/migrations in order and records them as `prisma migrate deploy` does (checksum: SHA-256 of the SQL),
 * so that either may be used on the same database. Each migration is one transaction together with its record.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, database } from './database';
import { sha256 } from './random';

const LOCK = 7_265_419; // pg_advisory_xact_lock: several portals may start at once on one database

const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`;

/** Applies what is missing. @returns the names applied now */
export async function migrate(root: string): Promise<string[]> {
  const folder = join(root, 'prisma/migrations');
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const db = database();
  const applied: string[] = [];
  for (const name of names) {
    const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
    if (await apply(db, name, sql)) applied.push(name);
  }
  return applied;
}

async function apply(db: Database, name: string, sql: string): Promise<boolean> {
  const checksum = Buffer.from(sha256(sql)).toString('hex');
  const known = await recorded(db, name);
  if (known === checksum) return false;
  if (known !== null) {
    throw new Error(
      `migration ${name} was applied with other text: this database belongs to another version of Countersign`,
    );
  }
  const quoted = name.replaceAll("'", "''");
  // The lock comes first and the table's own check second: of two portals the later finds the record and stops.
  await db
    .execute(`BEGIN; SELECT pg_advisory_xact_lock(${LOCK}); ${TABLE};
    DO $outer$ BEGIN IF EXISTS (SELECT 1 FROM "_prisma_migrations" WHERE "migration_name" = '${quoted}')
      THEN RAISE EXCEPTION 'countersign: already applied'; END IF; END $outer$;
    ${sql}
    INSERT INTO "_prisma_migrations" ("id", "checksum", "finished_at", "migration_name", "applied_steps_count")
      VALUES ('${randomUUID()}', '${checksum}', now(), '${quoted}', 1); COMMIT;`)
    .catch(async (error: unknown) => {
      if ((await recorded(db, name)) === checksum) return;
      throw error;
    });
  return true;
}

async function recorded(db: Database, name: string): Promise<string | null> {
  const exists = await db.prisma.$queryRaw<{ found: boolean }[]>`
    SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS found`;
  if (!exists[0]?.found) return null;
  const rows = await db.prisma.$queryRaw<{ checksum: string }[]>`
    SELECT checksum FROM "_prisma_migrations"
    WHERE migration_name = ${name} AND finished_at IS NOT NULL AND rolled_back_at IS NULL`;
  return rows[0]?.checksum ?? null;
}

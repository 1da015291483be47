/** Secrets that can be told apart from everything else, and a search for them in whatever a deployment leaves behind. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

export type Places = Record<string, string>;

export function canary(kind: string): string {
  return `canary-${kind}-${randomBytes(16).toString('hex')}`;
}

/** Names of places in which a secret is, as it is or in a usual wrapping; none is as it should be. */
export function placesOf(secret: string, places: Places): string[] {
  const bytes = Buffer.from(secret);
  const wrapped = [
    secret,
    encodeURIComponent(secret),
    bytes.toString('hex'),
    // Whatever stands before it moves the bits of base64 by none, two or four: the middle of each is found.
    ...[0, 1, 2].map((shift) => {
      const moved = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
      return moved.slice(4, -4);
    }),
  ];
  return Object.entries(places)
    .filter(([, text]) => wrapped.some((form) => text.includes(form)))
    .map(([name]) => name);
}

/** Every row of every table as text; of an embedded database that nobody has open. */
export async function databaseDump(dataDir: string): Promise<string> {
  const database = await PGlite.create(join(dataDir, 'db'));
  const { rows } = await database.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  const tables: string[] = [];
  for (const { name } of rows) {
    const found = await database.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    tables.push(`${name}\n${found.rows.map(({ row }) => row).join('\n')}`);
  }
  await database.close();
  return tables.join('\n');
}

/** The mails that were delivered, which in the demo are files. */
export function mails(dataDir: string): string {
  const folder = join(dataDir, 'outbox');
  if (!existsSync(folder)) return '';
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

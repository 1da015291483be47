/** Row T19, the second net: what is left when a use case forgets whose rows it asks for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorize } from '@/lib/access/scope';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { acrossAccounts, callInScope, inScope, queryAcrossAccounts, type Tx } from './database';

const MINE = 'acc_00000000000000000000000001';
const OTHER = 'acc_00000000000000000000000002';

type Column = { table: string; column: string; type: string; element: string; needed: boolean };
type Table = { name: string; owner: string; columns: Column[] };

let portal: TestPortal;
let tables: Table[];

beforeAll(async () => {
  portal = await openTestPortal();
  tables = await acrossAccounts(testScope, ownedTables);
  await dropReferences();
  for (const table of tables) await acrossAccounts(testScope, (tx) => addRow(tx, table, OTHER));
});
afterAll(() => portal.stop());

/** Every table of which a row belongs to an account, by the column that says to which. */
async function ownedTables(tx: Tx): Promise<Table[]> {
  const columns = await tx.$queryRaw<Column[]>`
    SELECT c.table_name AS table, c.column_name AS column, c.data_type AS type, c.udt_name AS element,
      c.is_nullable = 'NO' AND c.column_default IS NULL AS needed
    FROM information_schema.columns c
    JOIN information_schema.tables t ON t.table_name = c.table_name AND t.table_schema = c.table_schema
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY 1, c.ordinal_position`;
  const names = [...new Set(columns.map(({ table }) => table))];
  return names.flatMap((name) => {
    const own = columns.filter(({ table }) => table === name);
    const owner =
      name === 'account'
        ? 'id'
        : ['account_id', 'chain'].find((column) => own.some((one) => one.column === column));
    return owner ? [{ name, owner, columns: own }] : [];
  });
}

/** A row alone would refer to rows that are not there. The database is this test's own. */
async function dropReferences(): Promise<void> {
  const found = await queryAcrossAccounts(
    testScope,
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop
     FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace`,
    [],
  );
  for (const row of found) await dropped(String(Object(row).drop));
}

/** The portal's own work beside it may hold what this waits for, and the reverse: then one of the two is broken off. */
async function dropped(statement: string, tries = 10): Promise<void> {
  try {
    await queryAcrossAccounts(testScope, statement, []);
  } catch (error) {
    if (tries === 0 || !/deadlock/.test(String(error))) throw error;
    await dropped(statement, tries - 1);
  }
}

/** A row of an account, whatever the table, and anything of its type in every other column. */
async function addRow(tx: Tx, { name, owner, columns }: Table, account: string): Promise<void> {
  const given = columns.filter(({ column, needed }) => needed || column === owner);
  const values = given.map((one) => (one.column === owner ? `'${account}'` : anything(one, name)));
  const list = given.map(({ column }) => `"${column}"`).join(', ');
  await tx.$executeRawUnsafe(`INSERT INTO "${name}" (${list}) VALUES (${values.join(', ')})`);
}

function anything({ type, column }: Column, table: string): string {
  if (type === 'ARRAY') return "'{}'";
  if (type === 'jsonb') return "'{}'";
  if (type === 'boolean') return 'false';
  if (type === 'bytea') return `'\\x${Buffer.from(`${table}.${column}`).toString('hex')}'`;
  if (type.startsWith('timestamp')) return 'now()';
  if (type === 'text') return `'${table}.${column}'`;
  return '1';
}

/** As the role of the application, with the account that a Scope would set; null: with none. */
async function asApplication<T>(account: string | null, work: (tx: Tx) => Promise<T>) {
  return acrossAccounts(testScope, async (tx) => {
    await tx.$queryRaw`SELECT set_config('role', 'countersign_app', true)`;
    if (account !== null) {
      await tx.$queryRaw`SELECT set_config('countersign.account_id', ${account}, true)`;
    }
    return work(tx);
  });
}

/** How many rows a statement reached; `denied` where the role may not even try. */
async function reached(account: string | null, statement: string): Promise<number | 'denied'> {
  try {
    return await asApplication(account, async (tx) =>
      statement.startsWith('SELECT')
        ? (await tx.$queryRawUnsafe<unknown[]>(statement)).length
        : tx.$executeRawUnsafe(statement),
    );
  } catch (error) {
    if (/permission denied|row-level security/.test(String(error))) return 'denied';
    throw error;
  }
}

const rowsOf = (table: Table) =>
  `SELECT 1 FROM "${table.name}" WHERE "${table.owner}" = '${OTHER}'`;

describe('T19: without any check of the application', () => {
  it('there are tables to look at, and every one has a row of another account', async () => {
    expect(tables.length).toBeGreaterThan(15);
    for (const table of tables) {
      const rows = await queryAcrossAccounts(testScope, rowsOf(table), []);
      expect(rows, table.name).toHaveLength(1);
    }
  });

  it('row-level security is on for each of them', async () => {
    const rows = await queryAcrossAccounts(
      testScope,
      "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relrowsecurity",
      [],
    );
    const secured = rows.map((row) => String(Object(row).name));
    expect(tables.map(({ name }) => name).filter((name) => !secured.includes(name))).toEqual([]);
  });

  for (const [words, account] of [
    ['another account’s scope', MINE],
    ['no scope', null],
  ] as const) {
    it(`${words} reads, changes and removes nothing of an account`, async () => {
      for (const table of tables) {
        const { name, owner } = table;
        const where = `WHERE "${owner}" = '${OTHER}'`;
        for (const statement of [
          `SELECT 1 FROM "${name}"`,
          `UPDATE "${name}" SET "${owner}" = '${MINE}' ${where}`,
          `DELETE FROM "${name}" ${where}`,
        ]) {
          expect([0, 'denied'], statement).toContain(await reached(account, statement));
        }
        const left = await queryAcrossAccounts(testScope, rowsOf(table), []);
        expect(left, name).toHaveLength(1);
      }
    });
  }

  it('nothing is added to another account', async () => {
    for (const { name, owner, columns } of tables) {
      const given = columns.filter(({ column, needed }) => needed || column === owner);
      const values = given.map((one) =>
        one.column === owner ? `'${OTHER}'` : anything(one, `${name}-added`),
      );
      const list = given.map(({ column }) => `"${column}"`).join(', ');
      const statement = `INSERT INTO "${name}" (${list}) VALUES (${values.join(', ')})`;
      expect(await reached(MINE, statement), name).toBe('denied');
    }
  });

  it('the account’s own scope reads what the application may read, so the net is not simply shut', async () => {
    const seen = [];
    for (const table of tables) {
      const count = await reached(OTHER, `SELECT 1 FROM "${table.name}"`);
      if (count === 1) seen.push(table.name);
    }
    expect(seen).toEqual(
      expect.arrayContaining(['account', 'audit_event', 'certificate', 'invitation', 'membership']),
    );
  });
});

describe('T19: a pooled connection', () => {
  const WHO = `SELECT current_user = session_user AS "itself",
    coalesce(current_setting('countersign.account_id', true), '') AS account`;

  it('keeps neither role nor account after a transaction, whether it was committed or failed', async () => {
    const account = await portal.newAccount();
    const scope = authorize(account.as('owner'), 'account.read');
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        if (index % 2 === 0) await callInScope(scope, 'countersign_legal_name', []);
        const outcome = await inScope(scope, async (tx) => {
          const [row] = await tx.$queryRaw<{ user: string }[]>`SELECT current_user::text AS user`;
          expect(row?.user).toBe('countersign_app');
          if (index % 4 < 2) throw new Error('as a use case that fails');
          return 'committed';
        }).catch((error: Error) => error.message);
        expect(outcome).toBe(index % 4 < 2 ? 'as a use case that fails' : 'committed');
      }),
    );
    const after = await Promise.all(
      Array.from({ length: 40 }, () => queryAcrossAccounts(testScope, WHO, [])),
    );
    expect(after.flat()).toEqual(after.map(() => ({ itself: true, account: '' })));
  });
});

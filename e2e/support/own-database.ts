/** A tree for each test on a PostgreSQL of its own, in which what only time brings can be dated back. */
import pg from 'pg';
import { test as base } from 'playwright/test';
import { startPrivatePostgres } from '../../scripts/postgres';
import { endLeftovers, freePorts, newDataDir, type Ports, startTree, type Tree } from './tree';

export type Place = {
  tree: Tree;
  /** To start it once more. */
  settings: { dataDir: string; ports: Ports; env: Record<string, string> };
  sql(text: string, values?: string[]): Promise<unknown[]>;
};

export const test = base.extend<{ place: Place }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures are wanted from this.
  place: async ({}, use) => {
    const postgres = await startPrivatePostgres();
    const databaseUrl = await postgres.createDatabase('own');
    const env = { DATABASE_URL: databaseUrl, DEMO: '1' };
    const settings = { dataDir: newDataDir(), ports: await freePorts(), env };
    const sql = (text: string, values: string[] = []) => rowsOf(databaseUrl, text, values);
    await use({ tree: await startTree(settings), settings, sql });
    endLeftovers();
    await postgres.stop();
  },
});

async function rowsOf(databaseUrl: string, text: string, values: string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query(text, values);
  await client.end();
  return rows;
}

/** Vitest's global set-up of the project `postgres`: one server for the run; every test file makes its own database. */
import { startPrivatePostgres } from '../postgres';

export default async function setUp(): Promise<() => Promise<void>> {
  const postgres = await startPrivatePostgres();
  process.env.TEST_POSTGRES_URL = postgres.url('postgres');
  return () => postgres.stop();
}

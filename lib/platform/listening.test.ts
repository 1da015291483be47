import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PrivatePostgres, startPrivatePostgres } from '@/scripts/postgres';
import { listening } from './listening';

let server: PrivatePostgres;
let url: string;
beforeAll(async () => {
  server = await startPrivatePostgres();
  url = await server.createDatabase('listening');
}, 60_000);
afterAll(() => server.stop());

async function query(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

it('hears what others notify, and again after its connection was cut or the server came back', async () => {
  let heard = 0;
  const more = async (than: number) => {
    while (heard <= than) await new Promise((resolve) => setTimeout(resolve, 10));
    return heard;
  };
  const listener = listening({
    url,
    channel: 'countersign_numbered',
    heard: () => {
      heard += 1;
    },
  });
  const connected = await more(0);
  await query('NOTIFY countersign_numbered');
  const notified = await more(connected);
  await query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'countersign listening'",
  );
  const again = await more(notified);
  await server.crash();
  const back = await more(again);
  await query('NOTIFY countersign_numbered');
  expect(await more(back)).toBeGreaterThan(back);
  await listener.stop();
}, 60_000);

/** An account as it looks after some months: certificates of every state, calls that passed, calls that were refused. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { rest } from './rest';
import { curl, newFolder, newRequest } from './shell';
import { apiClient } from './test';
import type { Demo } from './tree';

const TEST_PATH = '/connection/v1/testauthentication';
const DAY = "interval '1 day'";

type Held = {
  label: string;
  environment: 'production' | 'sandbox';
  ageDays: number;
  calls: number;
};
const HELD: readonly Held[] = [
  { label: 'ERP primary', environment: 'production', ageDays: 356, calls: 2 },
  { label: 'WMS gateway', environment: 'production', ageDays: 169, calls: 1 },
  { label: 'Tracking web', environment: 'sandbox', ageDays: 0, calls: 1 },
];

/** Ids of an account that is in use, and of things in it. */
export type LivedIn = {
  accountId: string;
  /** Of a live certificate that has been seen, and renewed. */
  certificateId: string;
  /** Of that certificate, in hexadecimal digits. */
  spkiSha256: string;
  /** Of a member who reads only. */
  personId: string;
  apiKeyId: string;
};

export async function liveIn(demo: Demo, databaseUrl: string): Promise<LivedIn> {
  const api = rest(demo.portalUrl, demo.apiKey);
  const folder = newFolder();
  const ids: string[] = [];
  for (const held of [...HELD, { ...HELD[1], label: 'Old WMS', calls: 1 } as Held]) {
    const stem = held.label.toLowerCase().replaceAll(' ', '-');
    const csr = await newRequest(folder, stem, `/O=Meridian Freight/CN=${stem}.meridian.example`);
    const { environment, label } = held;
    const issued = await api('POST', '/certificates', { csr, environment, label });
    if (issued.status !== 201) throw new Error(JSON.stringify(issued.json));
    ids.push(String(issued.json.id));
    const credential = { cert: join(folder, `${stem}.pem`), key: join(folder, `${stem}.key`) };
    writeFileSync(credential.cert, String(issued.json.pem));
    await callUntilSeen({ demo, held, credential });
    if (label === 'Old WMS') {
      await api('POST', `/certificates/${issued.json.id}/revocation`, { reason: 'superseded' });
      await callUntilRefused({ demo, held, credential });
    }
  }
  const renewal = await api('POST', `/certificates/${ids[1]}/renewal`, { reuseKey: true });
  if (renewal.status !== 201) throw new Error(JSON.stringify(renewal.json));
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await age(client, ids);
  const { rows } = await client.query<LivedIn>(
    `SELECT account_id AS "accountId", id AS "certificateId", upper(spki_sha256) AS "spkiSha256",
      (SELECT person_id FROM membership m WHERE m.account_id = c.account_id AND role = 'viewer' LIMIT 1) AS "personId",
      (SELECT id FROM api_key k WHERE k.account_id = c.account_id LIMIT 1) AS "apiKeyId"
    FROM certificate c WHERE id = $1`,
    [ids[1]],
  );
  await client.end();
  const [livedIn] = rows;
  if (!livedIn) throw new Error('The certificate that was issued is not there.');
  return livedIn;
}

type Caller = { demo: Demo; held: Held; credential: { cert: string; key: string } };

async function call({ demo, held, credential }: Caller): Promise<string> {
  const { mtlsUrl, caFile } = demo.edges[held.environment];
  const user = apiClient(demo, held.environment);
  return (await curl({ url: `${mtlsUrl}${TEST_PATH}`, caFile, user, credential })).status;
}

async function callUntilSeen(caller: Caller): Promise<void> {
  const tries = 100;
  for (let tried = 0; tried < tries; tried += 1) if ((await call(caller)) === '200') return;
  throw new Error(`the edge never took a call with ${caller.held.label}`);
}

async function callUntilRefused(caller: Caller): Promise<void> {
  const tries = 100;
  for (let tried = 0; tried < tries; tried += 1) if ((await call(caller)) !== '200') return;
  throw new Error(`the edge never refused ${caller.held.label}`);
}

/** No portal issues in the past, so what is to look old is dated back where only the pictures' own database is. */
async function age(client: pg.Client, ids: readonly string[]): Promise<void> {
  for (const [index, { ageDays }] of HELD.entries()) {
    await client.query(
      `UPDATE certificate SET not_before = not_before - $2 * ${DAY}, not_after = not_after - $2 * ${DAY},
        created_at = created_at - $2 * ${DAY} WHERE id = $1`,
      [ids[index], ageDays],
    );
  }
}

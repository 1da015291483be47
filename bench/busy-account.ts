/**
 * One account of a large provider that has much: thousands of certificates that ran out, tens of thousands of changes,
 * refused calls, members and keys; and what support and edges left of all the others. Rows by COPY into the account of
 * the demo's people, whose chain goes on where it stood.
 */
import pg from 'pg';
import { eventHash } from '@/lib/audit/record';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@/lib/kernel/time';
import { copied, sha256, type Table, type Value } from './copy';
import { nth, requestIdOf, type Template, templateIn } from './large-provider';

export const BUSY = {
  certificates: 5_000,
  events: 50_000,
  refusals: 20_000,
  counts: 20_000,
  members: 300,
  keys: 200,
};
const ACTS = 20_000;
const OBSERVING = 50_000;
const ACTORS = 40;

/** Ids of the busy account's own, among those of all others: what is oldest must not be what is found first. */
const among = (prefix: Parameters<typeof nth>[0], n: number, step: number) =>
  `${nth(prefix, n * step).slice(0, -1)}z`;
export const busyActor = (n: number) => nth('usr', 10_000_000 + n);
export const busyCertificate = (n: number) => among('crt', n, 200);
export const busyRequest = (n: number) => requestIdOf(50_000_000 + n);

type Busy = { accountId: string; accounts: number; nowMs: number };

/** @param accountId of the account that the demo's admin is in */
export async function seedBusyAccount(databaseUrl: string, busy: Omit<Busy, 'nowMs'>) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const all = { ...busy, nowMs: Date.now() };
  const template = await templateIn(client);
  for (const table of [
    ...certificates(template, all),
    ...people(template, all),
    refusals(all),
    counts(all),
    observing(all),
    acts(all),
  ]) {
    await copied(databaseUrl, table);
  }
  await addEvents(client, databaseUrl, all);
  await client.query('VACUUM (ANALYZE)');
  await client.end();
}

function* each(count: number, row: (n: number) => readonly Value[]) {
  for (let n = 0; n < count; n += 1) yield row(n);
}

/** All of them ran out, a year apart from those of today. */
function certificates(template: Template, { accountId, nowMs }: Busy): Table[] {
  const id = (n: number) => among('int', n, 200);
  const hex = (text: string) => sha256(text).toString('hex').toUpperCase();
  const serial = (n: number) => `4${hex(`busy serial ${n}`).slice(1, 32)}`;
  const notAfter = (n: number) => new Date(nowMs - (BUSY.certificates - n) * HOUR_MS * 2 - DAY_MS);
  const notBefore = (n: number) => new Date(notAfter(n).getTime() - 90 * DAY_MS);
  const place = (n: number) => (n % 2 === 0 ? 'production' : 'sandbox');
  return [
    {
      name: 'intent',
      columns: `id, account_id, environment, issuer_id, serial_hex, spki_sha256, tbs_der, tbs_sha256, not_after,
        label, actor, request_id, state, request_sha256, lease_until, created_at`,
      rows: () =>
        each(BUSY.certificates, (n) => [
          ...[id(n), accountId, place(n), template.issuerId, serial(n), hex(`busy key ${n}`)],
          ...[Buffer.alloc(0), '', notAfter(n), `batch ${n}`, '{}', busyRequest(n)],
          ...['issued', '', notBefore(n), notBefore(n)],
        ]),
    },
    {
      name: 'certificate',
      columns: `id, account_id, environment, intent_id, issuer_id, label, common_name, serial_hex,
        sha256_fingerprint, spki_sha256, der, not_before, not_after, created_at, created_by`,
      rows: () =>
        each(BUSY.certificates, (n) => [
          ...[busyCertificate(n), accountId, place(n), id(n), template.issuerId, `batch ${n}`],
          ...['batch.busy.example', serial(n), hex(`busy print ${n}`), hex(`busy key ${n}`)],
          ...[template.der, notBefore(n), notAfter(n), notBefore(n), 'Person'],
        ]),
    },
  ];
}

function people(template: Template, { accountId, nowMs }: Busy): Table[] {
  const madeAt = (n: number) => new Date(nowMs - n * DAY_MS);
  return [
    {
      name: 'person',
      columns: 'id, email, name, password_hash, created_at',
      rows: () =>
        each(BUSY.members, (n) => [
          ...[busyActor(n), `person-${n}@busy.example`, `Busy person ${n}`, template.passwordHash],
          madeAt(n),
        ]),
    },
    {
      name: 'membership',
      columns: 'id, account_id, person_id, role, created_at',
      rows: () =>
        each(BUSY.members, (n) => [
          nth('mem', 10_000_000 + n),
          ...[accountId, busyActor(n), 'viewer', madeAt(n)],
        ]),
    },
    {
      name: 'api_key',
      columns: 'id, account_id, name, prefix, secret_hash, scopes, created_at, expires_at',
      rows: () =>
        each(BUSY.keys, (n) => [
          ...[
            nth('key', 10_000_000 + n),
            accountId,
            `robot ${n}`,
            `busy${String(n).padStart(8, '0')}`,
          ],
          ...[sha256(`key ${n}`), '{read}', madeAt(n), new Date(nowMs + DAY_MS)],
        ]),
    },
  ];
}

function refusals({ accountId, nowMs }: Busy): Table {
  return {
    name: 'refused_call',
    columns: `id, account_id, edge_id, at, environment, listener, code, request_id, certificate_id,
      source_address, user_agent`,
    rows: () =>
      each(BUSY.refusals, (n) => [
        ...[nth('evt', 20_000_000 + BUSY.refusals - n), accountId, 'edg_1'],
        // One kind is seldom, and of long ago.
        ...[new Date(nowMs - n * 2 * MINUTE_MS), 'production', 'mtls'],
        n > BUSY.refusals - 20 ? 'wrong_environment' : 'certificate_expired',
        ...[busyRequest(10_000_000 + n), busyCertificate(BUSY.certificates - 1 - (n % 12))],
        ...[`203.0.113.${n % 20}`, 'curl/7.88.1'],
      ]),
  };
}

/** Of the busy account an hour and kind each; of others one, in the last days. */
function counts({ accountId, accounts, nowMs }: Busy): Table {
  const hour = (ago: number) => new Date((Math.floor(nowMs / HOUR_MS) - ago) * HOUR_MS);
  return {
    name: 'call_count',
    columns: `digest, account_id, hour, environment, listener, certificate_id, outcome, evidence, network,
      user_agent, calls, first_at, last_at`,
    rows: () =>
      each(BUSY.counts + Math.min(accounts, OBSERVING), (n) => {
        const isBusy = n < BUSY.counts;
        const other = n - BUSY.counts;
        const at = hour(isBusy ? Math.floor(n / 20) : other % 150);
        return [
          ...[
            sha256(`count ${n}`),
            isBusy ? accountId : nth('acc', other),
            at,
            'production',
            'mtls',
          ],
          isBusy ? busyCertificate(BUSY.certificates - 1 - (n % 4)) : nth('crt', other * 5),
          ...['passed', 'certificate', isBusy ? `203.0.${n % 5}.0/24` : '198.18.7.0/24'],
          ...['erp/1.0', 60, at, new Date(at.getTime() + HOUR_MS - 1)],
        ];
      }),
  };
}

function observing({ accounts, nowMs }: Busy): Table {
  return {
    name: 'enforcement',
    columns: 'account_id, environment, mode, changed_at, changed_by, observed_since',
    rows: () =>
      each(Math.min(accounts, OBSERVING), (n) => {
        const at = new Date(nowMs - (n % 300) * DAY_MS);
        return [nth('acc', n), 'production', n % 3 === 0 ? 'enforce' : 'observe', at, 'Person', at];
      }),
  };
}

function acts({ accounts, nowMs }: Busy): Table {
  const by = JSON.stringify({ kind: 'person', id: 'usr_support', name: 'Sam Support' });
  return {
    name: 'support_act',
    columns: `id, kind, account_id, input, reason, asked_by, asked_at, needs_second_person, decision,
      decided_by, decided_at, done_at`,
    rows: () =>
      each(ACTS, (n) => {
        const isKey = n % 4 === 0;
        const spkiSha256 = sha256(`key ${n}`).toString('hex').toUpperCase();
        const since = new Date(nowMs - 30 * DAY_MS).toISOString();
        const input = isKey
          ? { kind: 'compromise', spkiSha256, since }
          : { kind: 'plan', plan: 'standard' };
        const at = new Date(nowMs - DAY_MS - n * MINUTE_MS);
        return [
          ...[nth('act', ACTS - n), input.kind, isKey ? null : nth('acc', n % accounts)],
          ...[JSON.stringify(input), 'as the customer asked', by, at, isKey ? 'true' : 'false'],
          ...[isKey ? 'approved' : null, isKey ? by : null, isKey ? at : null, at],
        ];
      }),
  };
}

/** Most are of two kinds and of many people; one kind and one person are in the oldest alone. */
async function addEvents(client: pg.Client, databaseUrl: string, { accountId, nowMs }: Busy) {
  await client.query('BEGIN');
  const { rows } = await client.query(
    'SELECT sequence, hash FROM audit_head WHERE chain = $1 FOR UPDATE',
    [accountId],
  );
  let head = { sequence: BigInt(rows[0].sequence), hash: new Uint8Array(rows[0].hash) };
  await copied(databaseUrl, {
    name: 'audit_event',
    columns: `id, chain, sequence, at, actor, action, object_kind, object_id, detail, request_id, previous_hash,
      hash`,
    rows: () =>
      each(BUSY.events, (n) => {
        const isOld = n < 20;
        const event = {
          id: nth('evt', 30_000_000 + n),
          chain: accountId,
          sequence: head.sequence + 1n,
          at: new Date(nowMs - (BUSY.events - n) * 20 * MINUTE_MS),
          actor: { kind: 'person', id: busyActor(isOld ? 299 : n % ACTORS), name: 'Person' },
          action: isOld ? 'enforcement.changed' : `certificate.${n % 9 ? 'labelled' : 'issued'}`,
          objectKind: 'certificate',
          objectId: busyCertificate(n % BUSY.certificates),
          detail: { label: `batch ${n}`, environment: 'production', from: 'a', to: 'b' },
          requestId: busyRequest(20_000_000 + n),
          previousHash: head.hash,
        };
        const hash = eventHash(event);
        head = { sequence: event.sequence, hash };
        return [
          ...[event.id, event.chain, Number(event.sequence), event.at, JSON.stringify(event.actor)],
          ...[event.action, event.objectKind, event.objectId, JSON.stringify(event.detail)],
          ...[event.requestId, Buffer.from(event.previousHash), Buffer.from(hash)],
        ];
      }),
  });
  await client.query('UPDATE audit_head SET sequence = $2, hash = $3 WHERE chain = $1', [
    accountId,
    String(head.sequence),
    Buffer.from(head.hash),
  ]);
  await client.query('COMMIT');
}

/**
 * A provider of 200,000 accounts and 1,000,000 certificates in a PostgreSQL that a portal has prepared: rows by COPY,
 * as the portal would have written them in the course of two years. Certificates are one real certificate with the
 * serial number changed: whole and readable, with a signature that is not theirs.
 */
import pg from 'pg';
import { eventHash } from '@/lib/audit/record';
import type { ID_PREFIX } from '@/lib/kernel/ids';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@/lib/kernel/time';
import { copied, sha256, type Table } from './copy';

export const PER_ACCOUNT = 5;
const LIVE = 3;
const REFUSED_PER_ACCOUNT = 2;
const YEAR_MS = 365 * DAY_MS;
const NO_HASH = new Uint8Array(32);

export type Template = { der: Buffer; serialHex: string; issuerId: string; passwordHash: string };

/** The id of the nth of a kind, as the portal's ids look; they sort by n. */
export function nth(prefix: (typeof ID_PREFIX)[keyof typeof ID_PREFIX], n: number): string {
  return `${prefix}_0${String(n).padStart(25, '0')}`;
}

export const emailOf = (n: number) => `admin@company-${n}.example`;
export const requestIdOf = (n: number) => `req_${String(n).padStart(32, '0')}`;
export const addressOf = (n: number) => `198.18.${(n >>> 8) & 255}.${n & 255}`;

/** @param databaseUrl of a portal with the demo's accounts in it, as the owner of its tables */
export async function seedLargeProvider(databaseUrl: string, accounts: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const template = await templateIn(client);
  for (const table of tables(template, accounts, Date.now())) await copied(databaseUrl, table);
  await client.query('ANALYZE');
  await client.end();
}

export async function templateIn(client: pg.Client): Promise<Template> {
  const { rows } = await client.query(`SELECT c.der, c.serial_hex AS "serialHex",
    c.issuer_id AS "issuerId", (SELECT password_hash FROM person LIMIT 1) AS "passwordHash"
    FROM certificate c LIMIT 1`);
  const [found] = rows;
  if (!found) throw new Error('the portal has issued no certificate to copy');
  return found;
}

function tables(template: Template, accounts: number, nowMs: number): readonly Table[] {
  const each = function* <T>(count: number, row: (n: number) => T): Iterable<T> {
    for (let n = 0; n < count; n += 1) yield row(n);
  };
  const certificates = accounts * PER_ACCOUNT;
  const madeAt = (n: number) => new Date(nowMs - 2 * YEAR_MS + (n % 20_000) * HOUR_MS * 0.8);
  return [
    {
      name: 'account',
      columns: 'id, name, legal_name, created_at',
      rows: () =>
        each(accounts, (n) => [nth('acc', n), `Company ${n}`, `Company ${n} Inc.`, madeAt(n)]),
    },
    {
      name: 'person',
      columns: 'id, email, name, password_hash, created_at',
      rows: () =>
        each(accounts, (n) => [
          ...[nth('usr', n), emailOf(n), `Person ${n}`, template.passwordHash],
          madeAt(n),
        ]),
    },
    {
      name: 'membership',
      columns: 'id, account_id, person_id, role, created_at',
      rows: () =>
        each(accounts, (n) => [
          ...[nth('mem', n), nth('acc', n), nth('usr', n), 'owner'],
          madeAt(n),
        ]),
    },
    {
      name: 'api_client',
      columns: 'id, account_id, environment, name, name_hash, created_at',
      rows: () =>
        each(accounts, (n) => [
          ...[nth('cli', n), nth('acc', n), 'production', `company-${n}-billing`],
          ...[sha256(`client ${n}`), madeAt(n)],
        ]),
    },
    ...certificateTables(template, { certificates, nowMs, each }),
    {
      name: 'refused_call',
      columns: `id, account_id, edge_id, at, environment, listener, code, request_id, certificate_id,
        source_address, user_agent`,
      rows: () =>
        each(accounts * REFUSED_PER_ACCOUNT, (n) => {
          const account = n % accounts;
          return [
            ...[
              nth('evt', certificates + n),
              nth('acc', account),
              'edg_1',
              new Date(nowMs - n * 10_000),
            ],
            ...['production', 'mtls', 'certificate_expired', requestIdOf(n)],
            ...[nth('crt', account * PER_ACCOUNT), addressOf(account), 'curl/7.88.1'],
          ];
        }),
    },
  ];
}

type Each = <T>(count: number, row: (n: number) => T) => Iterable<T>;

function certificateTables(
  template: Template,
  { certificates, nowMs, each }: { certificates: number; nowMs: number; each: Each },
): readonly Table[] {
  const accountOf = (n: number) => nth('acc', Math.floor(n / PER_ACCOUNT));
  const place = (n: number) => (n % 2 === 0 ? 'production' : 'sandbox');
  const isLive = (n: number) => n % PER_ACCOUNT < LIVE;
  // Of the dead one ran out and one was revoked.
  const notAfter = (n: number) =>
    new Date(nowMs + (isLive(n) ? ((n % 365) + 1) * DAY_MS : -((n % 300) + 1) * DAY_MS));
  const notBefore = (n: number) => new Date(notAfter(n).getTime() - YEAR_MS);
  const serial = (n: number) => {
    const bytes = sha256(`serial ${n}`).subarray(0, 16);
    bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
    return bytes;
  };
  const hex = (bytes: Buffer) => bytes.toString('hex').toUpperCase();
  const at = template.der.indexOf(Buffer.from(template.serialHex, 'hex'));
  const der = (n: number) => {
    const bytes = Buffer.from(template.der);
    serial(n).copy(bytes, at);
    return bytes;
  };
  const key = (n: number) => hex(sha256(`key ${n}`));
  return [
    {
      name: 'intent',
      columns: `id, account_id, environment, issuer_id, serial_hex, spki_sha256, tbs_der, tbs_sha256, not_after,
        label, actor, request_id, state, request_sha256, lease_until, created_at`,
      rows: () =>
        each(certificates, (n) => [
          ...[nth('int', n), accountOf(n), place(n), template.issuerId, hex(serial(n)), key(n)],
          ...[Buffer.alloc(0), '', notAfter(n), `erp ${n % PER_ACCOUNT}`, '{}', requestIdOf(n)],
          ...['issued', '', notBefore(n), notBefore(n)],
        ]),
    },
    {
      name: 'certificate',
      columns: `id, account_id, environment, intent_id, issuer_id, label, common_name, serial_hex,
        sha256_fingerprint, spki_sha256, der, not_before, not_after, created_at, created_by, revoked_at, revoked_by,
        revocation_reason, listed_in_crl, last_seen_at`,
      rows: () =>
        each(certificates, (n) => {
          const bytes = der(n);
          const isRevoked = n % PER_ACCOUNT === LIVE;
          return [
            ...[nth('crt', n), accountOf(n), place(n), nth('int', n), template.issuerId],
            ...[`erp ${n % PER_ACCOUNT}`, `erp.company-${Math.floor(n / PER_ACCOUNT)}.example`],
            ...[hex(serial(n)), hex(sha256(bytes)), key(n), bytes, notBefore(n), notAfter(n)],
            ...[notBefore(n), 'Person', isRevoked ? notAfter(n) : null],
            ...[isRevoked ? 'Person' : null, isRevoked ? 'superseded' : null, isRevoked ? 1 : null],
            isLive(n) ? new Date(nowMs - (n % 600) * MINUTE_MS) : null,
          ];
        }),
    },
    {
      name: 'slot',
      columns: 'account_id, slot, intent_id, releases_at',
      rows: function* () {
        for (let n = 0; n < certificates; n += 1) {
          if (!isLive(n)) continue;
          yield [accountOf(n), (n % PER_ACCOUNT) + 1, nth('int', n), notAfter(n)];
        }
      },
    },
    {
      name: 'public_key',
      columns: 'spki_sha256, account_id, created_at',
      rows: () => each(certificates, (n) => [key(n), accountOf(n), notBefore(n)]),
    },
    auditEvents(certificates, { accountOf, notBefore }),
    auditHeads(certificates, { accountOf, notBefore }),
  ];
}

type Dated = { accountOf(n: number): string; notBefore(n: number): Date };

/** One event of each certificate, chained by account. */
function* chained(certificates: number, { accountOf, notBefore }: Dated) {
  let previousHash: Uint8Array = NO_HASH;
  for (let n = 0; n < certificates; n += 1) {
    if (n % PER_ACCOUNT === 0) previousHash = NO_HASH;
    const event = {
      id: nth('evt', n),
      chain: accountOf(n),
      sequence: BigInt((n % PER_ACCOUNT) + 1),
      at: notBefore(n),
      actor: { kind: 'person', id: nth('usr', Math.floor(n / PER_ACCOUNT)), name: 'Person' },
      action: 'certificate.issued',
      objectKind: 'certificate',
      objectId: nth('crt', n),
      detail: { label: `erp ${n % PER_ACCOUNT}`, environment: 'production' },
      requestId: requestIdOf(n),
      previousHash,
    };
    const hash = eventHash(event);
    yield { ...event, hash };
    previousHash = hash;
  }
}

function auditEvents(certificates: number, dated: Dated): Table {
  return {
    name: 'audit_event',
    columns: `id, chain, sequence, at, actor, action, object_kind, object_id, detail, request_id, previous_hash,
      hash`,
    rows: function* () {
      for (const event of chained(certificates, dated)) {
        yield [
          ...[event.id, event.chain, Number(event.sequence), event.at, JSON.stringify(event.actor)],
          ...[event.action, event.objectKind, event.objectId, JSON.stringify(event.detail)],
          ...[event.requestId, Buffer.from(event.previousHash), Buffer.from(event.hash)],
        ];
      }
    },
  };
}

function auditHeads(certificates: number, dated: Dated): Table {
  return {
    name: 'audit_head',
    columns: 'chain, sequence, hash',
    rows: function* () {
      for (const event of chained(certificates, dated)) {
        if (Number(event.sequence) < PER_ACCOUNT) continue;
        yield [event.chain, PER_ACCOUNT, Buffer.from(event.hash)];
      }
    },
  };
}

/** Whether everything that was promised holds: diary, database and signer log against one another. */
import { eventHash } from '@/lib/audit/record';
import { compareLog, type KnownIntent } from '@/lib/signer/ca/compare-log';
import { signerLogPath } from '@/lib/signer/key-folder';
import { readSigningLog } from '@/lib/signer/signing-log';
import type { Diary } from './load';
import type { Place } from './place';

export type Finding = { readonly what: string; readonly found: number };

const SETTLED_WITHIN_MS = 60_000;
const PER_ACCOUNT = 5;
const LIVE = `SELECT account_id FROM certificate WHERE revoked_at IS NULL AND not_after > now()
  GROUP BY account_id HAVING count(*) > ${PER_ACCOUNT}`;

/** Looks at the live certificates of every account again and again. @returns what to call at the end */
export function watchLimit(place: Place, everyMs: number): () => Promise<Finding> {
  let over = 0;
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(async () => {
      // While the database is crashed there is nothing to see.
      const rows = await place.sql(LIVE).catch(() => []);
      over += rows.length;
    });
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await looking;
    over += (await place.sql(LIVE)).length;
    return { what: 'accounts seen with more than five live certificates', found: over };
  };
}

/** Waits until no intent is pending. @returns how many still were when none may be any more */
export async function settled(place: Place): Promise<Finding> {
  const until = Date.now() + SETTLED_WITHIN_MS;
  const pending = `SELECT count(*)::int AS n FROM intent WHERE state = 'pending'`;
  for (;;) {
    const [row] = await place.sql<{ n: number }>(pending);
    const found = row?.n ?? 0;
    if (found === 0 || Date.now() > until) {
      return { what: 'intents pending for longer than a minute', found };
    }
    await new Promise((done) => setTimeout(done, 500));
  }
}

export async function verdict(place: Place, diary: Diary): Promise<Finding[]> {
  return [
    { what: 'answers that may not be', found: diary.broken.length },
    ...(await lost(place, diary)),
    ...(await doubled(place)),
    ...(await againstLog(place)),
    await auditFaults(place),
  ];
}

async function lost(place: Place, diary: Diary): Promise<Finding[]> {
  const rows = await place.sql<{ id: string; serial: string; account: string; revoked: boolean }>(
    `SELECT id, serial_hex AS serial, account_id AS account, revoked_at IS NOT NULL AS revoked FROM certificate`,
  );
  const stored = new Map(rows.map((row) => [row.id, row]));
  const missing = [...diary.issued.values()].filter(({ id, serialHex, accountId }) => {
    const row = stored.get(id);
    return row?.serial !== serialHex || row.account !== accountId;
  });
  const forgotten = [...diary.revoked].filter((id) => !stored.get(id)?.revoked);
  return [
    { what: 'acknowledged certificates that are lost', found: missing.length },
    { what: 'acknowledged revocations that are lost', found: forgotten.length },
  ];
}

async function doubled(place: Place): Promise<Finding[]> {
  const count = async (what: string, query: string): Promise<Finding> => {
    const [row] = await place.sql<{ n: number }>(`SELECT count(*)::int AS n FROM (${query}) AS x`);
    return { what, found: row?.n ?? Number.NaN };
  };
  return [
    await count(
      'serials of two certificates',
      'SELECT serial_hex FROM certificate GROUP BY serial_hex HAVING count(*) > 1',
    ),
    await count(
      'intents finished twice',
      `SELECT detail->>'intentId' FROM audit_event WHERE action = 'certificate.issued'
         GROUP BY 1 HAVING count(*) > 1`,
    ),
    await count(
      'certificates and intents that disagree',
      `SELECT i.id FROM intent i LEFT JOIN certificate c ON c.intent_id = i.id
         WHERE (i.state = 'issued') <> (c.id IS NOT NULL) OR c.serial_hex <> i.serial_hex`,
    ),
    await count(
      'live certificates without a slot',
      `SELECT c.id FROM certificate c LEFT JOIN slot s ON s.intent_id = c.intent_id
         WHERE c.revoked_at IS NULL AND s.slot IS NULL`,
    ),
    await count(
      'slots of nothing live',
      `SELECT s.slot FROM slot s JOIN intent i ON i.id = s.intent_id LEFT JOIN certificate c ON c.intent_id = i.id
         WHERE i.state = 'void' OR c.revoked_at IS NOT NULL`,
    ),
  ];
}

/** @see T4 of the threat model: nothing is signed that the database does not know */
async function againstLog(place: Place): Promise<Finding[]> {
  const bytes = new Map<string, string>();
  const serials = new Map<string, string>();
  let different = 0;
  let repeated = 0;
  await readSigningLog(signerLogPath(place.signerFolder), (entry) => {
    if (entry.op !== 'certificate') return;
    if ((bytes.get(entry.intentId) ?? entry.tbsSha256) !== entry.tbsSha256) different += 1;
    if ((serials.get(entry.serialHex) ?? entry.intentId) !== entry.intentId) repeated += 1;
    bytes.set(entry.intentId, entry.tbsSha256);
    serials.set(entry.serialHex, entry.intentId);
  });
  const intents = await place.sql<KnownIntent>(
    `SELECT i.id AS "intentId", i.issuer_id AS "issuerId", i.serial_hex AS "serialHex",
       i.tbs_sha256 AS "tbsSha256", c.id IS NOT NULL AS issued
       FROM intent i LEFT JOIN certificate c ON c.intent_id = i.id
     UNION ALL SELECT id, issuer_id, serial_hex, tbs_sha256, false FROM ocsp_responder`,
  );
  const found = await compareLog(place.signerFolder, pageOf(intents));
  return [
    {
      what: 'serials in the signer log unknown to the database',
      found: found.unknownToDatabase.length,
    },
    { what: 'issued certificates unknown to the signer log', found: found.unknownToLog.length },
    { what: 'in both, and different', found: found.different.length },
    { what: 'intents in the signer log with two contents', found: different },
    { what: 'serials in the signer log of two intents', found: repeated },
  ];
}

async function* pageOf(intents: readonly KnownIntent[]): AsyncGenerator<readonly KnownIntent[]> {
  yield intents;
}

type EventRow = Parameters<typeof eventHash>[0] & { hash: Uint8Array };

async function auditFaults(place: Place): Promise<Finding> {
  const rows = await place.sql<EventRow>(
    `SELECT id, chain, sequence, at, actor, action, object_kind AS "objectKind", object_id AS "objectId",
       detail, request_id AS "requestId", previous_hash AS "previousHash", hash
       FROM audit_event ORDER BY chain, sequence`,
  );
  const heads = await place.sql<{ chain: string; sequence: string; hash: Uint8Array }>(
    'SELECT chain, sequence, hash FROM audit_head',
  );
  const same = (one: Uint8Array | undefined, other: Uint8Array) =>
    one !== undefined && Buffer.compare(one, other) === 0;
  const last = new Map<string, EventRow>();
  let faults = 0;
  for (const row of rows) {
    const before = last.get(row.chain);
    const next = BigInt(before?.sequence ?? 0) + 1n;
    const linked = same(before?.hash ?? new Uint8Array(32), row.previousHash);
    if (BigInt(row.sequence) !== next || !linked || !same(eventHash(row), row.hash)) faults += 1;
    last.set(row.chain, row);
  }
  for (const { chain, sequence, hash } of heads) {
    const end = last.get(chain);
    if (!same(end?.hash, hash) || BigInt(end?.sequence ?? 0) !== BigInt(sequence)) faults += 1;
  }
  return { what: 'gaps and broken hashes in the audit trail', found: faults };
}

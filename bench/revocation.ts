/**
 * `npm run bench:revocation`: OCSP answers a second beside `openssl ocsp` driven the same way (one process each, 16
 * callers who keep their connection if they are let; openssl ends it after every answer), and a revocation list of
 * 100,000 entries beside `openssl ca -gencrl`: how long it takes, in how much memory, and how long others wait
 * meanwhile. The sides alternate in one run.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { freePort, startPrivatePostgres } from '../scripts/postgres';
import { ensureBuilt, ensureGenerated } from '../scripts/start/build';
import { startPortalAndSigner } from './authority';
import { caller, IN_FLIGHT, inFlight, type OcspRequestBytes } from './ocsp-caller';
import { processorMs } from './processor-time';

const ROUNDS = 9;
// A tenth of it is over before the engine has compiled what it runs.
const PER_ROUND = 20_000;
const ENTRIES = 100_000;
const LIST_ROUNDS = 5;
const PROBE_EVERY_MS = 5;
const LIVE_SERIAL = `4${'A'.repeat(31)}`;

const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
const postgres = await startPrivatePostgres({ fsync: 'on' });
const databaseUrl = await postgres.createDatabase('bench_revocation');
const settings = {
  root: process.cwd(),
  say: (line: string) => console.log(line),
  signal: new AbortController().signal,
};
await ensureGenerated(settings);
await ensureBuilt(settings);
const portal = await startPortalAndSigner({ databaseUrl });
const database = new pg.Client({ connectionString: databaseUrl });
await database.connect();
try {
  const issuerId = await issuerOf('production');
  await answers(issuerId);
  await lists(issuerId);
} finally {
  await database.end();
  await portal.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

async function issuerOf(environment: string): Promise<string> {
  const { rows } = await database.query(
    'SELECT id, certificate_der FROM issuer WHERE environment = $1',
    [environment],
  );
  writeFileSync(join(folder, 'issuer.crt'), rows[0].certificate_der);
  openssl('x509', '-inform', 'DER', '-in', 'issuer.crt', '-out', 'issuer.pem');
  return rows[0].id;
}

async function answers(issuerId: string): Promise<void> {
  await certificates(issuerId, { count: 1, serial: `'${LIVE_SERIAL}'`, revoked: 'NULL' });
  const responder = await opensslResponder();
  try {
    await compared(issuerId, responder.port);
  } finally {
    await responder.stop();
  }
}

async function compared(issuerId: string, otherPort: number): Promise<void> {
  const path = `/pki/${issuerId}/ocsp`;
  const sides = {
    ours: side(portal.port, path, requestFor('issuer.pem')),
    'openssl ocsp': side(otherPort, '/', requestFor('other.pem')),
  };
  const nonces = {
    'ours, a new nonce each': side(portal.port, path, requestFor('issuer.pem', 'nonce')),
    'openssl ocsp, a new nonce each': side(otherPort, '/', requestFor('other.pem', 'nonce')),
  };
  for (const [words, pair] of [['the same request', sides] as const, ['nonces', nonces] as const]) {
    const rates: Record<string, number[]> = {};
    const used: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [name, ask] of Object.entries(pair)) {
        const usedBefore = processorMs(portal.pid);
        const started = performance.now();
        await inFlight(PER_ROUND, ask);
        // The first round warms both up.
        const rate = (PER_ROUND * 1000) / (performance.now() - started);
        if (round > 0) rates[name] = [...(rates[name] ?? []), rate];
        const ofElapsed = (processorMs(portal.pid) - usedBefore) / (performance.now() - started);
        if (round > 0 && ask === Object.values(pair)[0]) used.push(ofElapsed);
      }
    }
    const [own = [], other = []] = Object.values(rates);
    for (const [name, values] of Object.entries(rates))
      console.log(`${name}: ${spread(values)} answers/s`);
    console.log(`the portal used ${spread(used, 2)} of a processor meanwhile`);
    const ratios = own.map((rate, index) => rate / (other[index] ?? Number.NaN));
    console.log(
      `ratio ours/openssl ocsp, ${words}: ${spread(ratios, 2)}, ${ROUNDS} rounds of ${PER_ROUND}, ${IN_FLIGHT} callers\n`,
    );
  }
}

/** A CA of openssl's own, of the same kinds of key, and its responder. */
async function opensslResponder() {
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...ec,
    '-subj',
    '/CN=Other CA',
    '-keyout',
    'other.key',
    '-out',
    'other.pem',
  );
  openssl('req', '-new', ...ec, '-subj', '/CN=OCSP', '-keyout', 'ocsp.key', '-out', 'ocsp.csr');
  writeFileSync(join(folder, 'ocsp.cnf'), 'extendedKeyUsage=OCSPSigning\n');
  const by = ['-CA', 'other.pem', '-CAkey', 'other.key', '-CAcreateserial', '-extfile', 'ocsp.cnf'];
  openssl('x509', '-req', '-in', 'ocsp.csr', ...by, '-out', 'ocsp.pem');
  writeFileSync(
    join(folder, 'index.txt'),
    `V\t361121000000Z\t\t${LIVE_SERIAL}\tunknown\t/CN=live\n`,
  );
  const port = await freePort();
  const keys = ['-CA', 'other.pem', '-rsigner', 'ocsp.pem', '-rkey', 'ocsp.key'];
  const args = ['ocsp', '-index', 'index.txt', ...keys, '-port', String(port), '-nmin', '10'];
  const child = spawn('openssl', args, { cwd: folder, stdio: 'ignore' });
  const probe = caller(port, '/', requestFor('other.pem'));
  for (let tries = 0; tries < 100; tries += 1) {
    const answered = await probe.ask().then(
      () => true,
      () => false,
    );
    if (answered) break;
    await pause(50);
  }
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** The request of openssl; `nonce`: with 16 octets that are to be changed. */
function requestFor(issuer: string, nonce?: 'nonce'): OcspRequestBytes {
  const asked = ['-issuer', issuer, '-serial', `0x${LIVE_SERIAL}`, '-reqout', 'request.der'];
  openssl('ocsp', ...(nonce ? [] : ['-no_nonce']), ...asked);
  const der = readFileSync(join(folder, 'request.der'));
  return { der, nonceAt: nonce ? der.length - 16 : null };
}

function side(...to: Parameters<typeof caller>) {
  return () => caller(...to);
}

/** Rows as issuing would have left them, without the certificates themselves. */
async function certificates(
  issuerId: string,
  { count, serial, revoked }: { count: number; serial: string; revoked: string },
): Promise<void> {
  const { id } = await portal.operator('account', 'create', { name: 'Meridian Freight' });
  await database.query(
    `INSERT INTO intent (id, account_id, environment, issuer_id, serial_hex, spki_sha256, tbs_der, tbs_sha256, not_after,
       label, actor, request_id, state, request_sha256, lease_until, created_at)
     SELECT 'int_' || s, $1, 'production', $2, s, s, '', s, now() + interval '1 year', '', '{}', '', 'issued', s, now(), now()
     FROM (SELECT ${serial} AS s FROM generate_series(1, $3)) AS serials`,
    [id, issuerId, count],
  );
  await database.query(
    `INSERT INTO certificate (id, account_id, environment, intent_id, issuer_id, label, common_name, serial_hex,
       sha256_fingerprint, spki_sha256, der, not_before, not_after, created_at, created_by, revoked_at, revocation_reason)
     SELECT 'crt_' || serial_hex, account_id, environment, id, issuer_id, '', '', serial_hex, serial_hex, serial_hex, '',
       now(), not_after, now(), '', ${revoked}, 'superseded' FROM intent WHERE account_id = $1`,
    [id],
  );
}

async function lists(issuerId: string): Promise<void> {
  const serial = `'4' || upper(substr(md5(random()::text), 1, 31))`;
  await settled(issuerId);
  const before = memoryMb();
  await certificates(issuerId, { count: ENTRIES, serial, revoked: 'now()' });
  const first = await nextList(issuerId);
  console.log(`the first list of ${ENTRIES} new entries: ${first.tookMs.toFixed(0)} ms`);
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=Other CA',
    '-keyout',
    'other.key',
    '-out',
    'other.pem',
  );
  await opensslIndex(issuerId);
  const own: number[] = [];
  const other: number[] = [];
  const waits: number[] = [];
  for (let round = 0; round < LIST_ROUNDS; round += 1) {
    await certificates(issuerId, { count: 1, serial, revoked: 'now()' });
    const { tookMs, longestWaitMs } = await nextList(issuerId);
    own.push(tookMs);
    waits.push(longestWaitMs);
    const started = performance.now();
    openssl('ca', '-gencrl', '-config', 'ca.cnf', '-out', 'other.crl');
    other.push(performance.now() - started);
  }
  const peak = memoryMb();
  const quiet: number[] = [];
  for (const took of own) {
    const probe = probing(issuerId);
    await pause(took);
    quiet.push(await probe.stop());
  }
  console.log(`ours, claim to served: ${spread(own)} ms`);
  console.log(`openssl ca -gencrl: ${spread(other)} ms`);
  const ratios = own.map((took, index) => (other[index] ?? Number.NaN) / took);
  console.log(`ratio openssl/ours: ${spread(ratios, 2)}, ${LIST_ROUNDS} rounds`);
  console.log(
    `longest wait of another request meanwhile: ${spread(waits)} ms; in as long without a list: ${spread(quiet)} ms`,
  );
  console.log(
    `memory of the portal: ${before.now.toFixed(0)} MB before, ${peak.peak.toFixed(0)} MB at most, ${(peak.peak - before.peak).toFixed(0)} MB more than its peak before`,
  );
}

async function opensslIndex(issuerId: string): Promise<void> {
  const { rows } = await database.query(
    'SELECT serial_hex FROM certificate WHERE issuer_id = $1 AND revoked_at IS NOT NULL',
    [issuerId],
  );
  const lines = rows.map(
    ({ serial_hex }) =>
      `R\t361121000000Z\t261121000000Z,superseded\t${serial_hex}\tunknown\t/CN=x\n`,
  );
  writeFileSync(join(folder, 'revoked.txt'), lines.join(''));
  writeFileSync(join(folder, 'crlnumber'), '01\n');
  writeFileSync(
    join(folder, 'ca.cnf'),
    '[ca]\ndefault_ca=a\n[a]\ndatabase=revoked.txt\ncrlnumber=crlnumber\ncertificate=other.pem\nprivate_key=other.key\ndefault_md=sha256\ndefault_crl_days=7\nunique_subject=no\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n',
  );
}

type CrlRow = { claimed: number; number: number };

async function crlRow(issuerId: string): Promise<CrlRow> {
  const { rows } = await database.query('SELECT claimed, number FROM crl WHERE issuer_id = $1', [
    issuerId,
  ]);
  return { claimed: Number(rows[0]?.claimed ?? 0), number: Number(rows[0]?.number ?? 0) };
}

/** Waits until the last list that was asked for is there. */
async function settled(issuerId: string): Promise<number> {
  for (;;) {
    const { claimed, number } = await crlRow(issuerId);
    const { rows } = await database.query(
      'SELECT 1 FROM certificate WHERE revoked_at IS NOT NULL AND listed_in_crl IS NULL LIMIT 1',
    );
    if (number > 0 && claimed === number && rows.length === 0) return number;
    await pause(PROBE_EVERY_MS);
  }
}

/** From the moment its number is taken until the list is stored, as the database shows them. */
async function nextList(issuerId: string): Promise<{ tookMs: number; longestWaitMs: number }> {
  const before = await crlRow(issuerId);
  const probe = probing(issuerId);
  let claimedAt = 0;
  for (;;) {
    const { claimed, number } = await crlRow(issuerId);
    if (claimed > before.number && claimedAt === 0) claimedAt = performance.now();
    if (number > before.number && number === claimed) break;
    await pause(PROBE_EVERY_MS);
  }
  const tookMs = performance.now() - claimedAt;
  const longestWaitMs = await probe.stop();
  await settled(issuerId);
  return { tookMs, longestWaitMs };
}

/** Another request every few milliseconds, which needs the portal's thread and nothing else. */
function probing(issuerId: string) {
  let running = true;
  let longest = 0;
  const done = (async () => {
    while (running) {
      const started = performance.now();
      const response = await fetch(`http://127.0.0.1:${portal.port}/pki/${issuerId}/ca.crt`);
      await response.arrayBuffer();
      longest = Math.max(longest, performance.now() - started);
      await pause(PROBE_EVERY_MS);
    }
  })();
  return {
    async stop() {
      running = false;
      await done;
      return longest;
    },
  };
}

function memoryMb(): { now: number; peak: number } {
  const status = readFileSync(`/proc/${portal.pid}/status`, 'utf8');
  const kb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
  return { now: kb('VmRSS') / 1024, peak: kb('VmHWM') / 1024 };
}

function spread(values: readonly number[], digits = 0): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) =>
    (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(digits);
  return `${at(0.5)} (${at(0)} to ${at(1)})`;
}

/**
 * `npm run bench:issue`: REST issuance over HTTP on a durable PostgreSQL, 16 in flight, beside the machine's bare cost of
 * the same (judge the CSR, draft, lint, sign, one durable commit) in one process. The sides alternate in one run.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pkiAddresses } from '@/lib/pki/addresses';
import { checkCsr } from '@/lib/pki/csr-check';
import { draftClientCertificate } from '@/lib/pki/draft';
import { lint } from '@/lib/pki/lint';
import { serialFrom } from '@/lib/pki/serial';
import { askOperatorSocket } from '@/lib/platform/operator-socket';
import { ensureAuthority } from '@/lib/signer/first-authority';
import { openFolderSigner } from '@/lib/signer/folder-signer';
import { folderSealingKey, storedIssuers } from '@/lib/signer/key-folder';
import { opensslCsr } from '@/lib/start-up/testing';
import { freePort, startPrivatePostgres } from '../scripts/postgres';
import { ensureBuilt, ensureGenerated } from '../scripts/start/build';

const IN_FLIGHT = 16;
const ROUNDS = 5;
const PER_ROUND = 200;
const WARM_UP = 100;
const PER_ACCOUNT = 5;
const PKI_URL = 'http://127.0.0.1';
const LEGAL_NAME = 'Meridian Freight';

type Side = { run(count: number): Promise<number[]>; stop(): Promise<void> };

const postgres = await startPrivatePostgres({ fsync: 'on' });
const dataDir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
try {
  const settings = {
    root: process.cwd(),
    say: (line: string) => console.log(line),
    signal: new AbortController().signal,
  };
  await ensureGenerated(settings);
  await ensureBuilt(settings);
  const portal = await startedPortal(await postgres.createDatabase('bench_portal'));
  const bare = await bareSide(await postgres.createDatabase('bench_bare'));
  const rest = await restSide(portal.port, WARM_UP + ROUNDS * PER_ROUND);
  await rest.run(WARM_UP);
  await bare.run(WARM_UP);
  const rates = { rest: [] as number[], bare: [] as number[] };
  const times = { rest: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, side] of [
      ['rest', rest],
      ['bare', bare],
    ] as const) {
      const started = performance.now();
      times[name].push(...(await side.run(PER_ROUND)));
      rates[name].push((PER_ROUND * 1000) / (performance.now() - started));
    }
  }
  for (const name of ['rest', 'bare'] as const) {
    console.log(
      `${name}: ${median(rates[name]).toFixed(0)} certificates/s (${Math.min(...rates[name]).toFixed(0)} to ${Math.max(...rates[name]).toFixed(0)}), p50 ${percentile(times[name], 0.5).toFixed(1)} ms, p99 ${percentile(times[name], 0.99).toFixed(1)} ms`,
    );
  }
  const ratios = rates.rest.map((rate, index) => rate / (rates.bare[index] ?? Number.NaN));
  console.log(
    `ratio rest/bare: median ${median(ratios).toFixed(3)} (${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}), ${ROUNDS} rounds of ${PER_ROUND}, ${IN_FLIGHT} in flight`,
  );
  await rest.stop();
  await bare.stop();
  await portal.stop();
} finally {
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
process.exit(0);

async function startedPortal(databaseUrl: string) {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/portal.ts'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      DATA_DIR: dataDir,
      PORT: String(port),
      HOST: '127.0.0.1',
      API_REQUESTS_PER_MINUTE: '1000000',
      NODE_ENV: 'production',
    },
  });
  const [message] = await once(child, 'message');
  if (!Object(message).ready)
    throw new Error(`the portal did not start: ${JSON.stringify(message)}`);
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** One POST a certificate; five of each account, a key of its own for every account. */
async function restSide(port: number, total: number): Promise<Side> {
  const jobs: { key: string; body: string }[] = [];
  while (jobs.length < total) {
    const account = await operator('account', 'create', { name: LEGAL_NAME });
    const { key } = await operator('api-key', 'create', { name: 'bench', account: account.id });
    const body = JSON.stringify({ csr: opensslCsr().csr, environment: 'production' });
    for (let one = 0; one < PER_ACCOUNT; one += 1) jobs.push({ key: String(key), body });
  }
  // Two certificates of one account wait for its lock: spread them, as customers are.
  jobs.sort((a, b) => (a.key.slice(-4) < b.key.slice(-4) ? -1 : 1));
  const spread = Array.from({ length: PER_ACCOUNT }, (_, part) =>
    jobs.filter((_job, index) => index % PER_ACCOUNT === part),
  ).flat();
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  let next = 0;
  const issue = async () => {
    const job = spread[next];
    next += 1;
    if (!job) throw new Error('no job left');
    await post(agent, port, job);
  };
  return {
    run: (count) => inFlight(count, issue),
    async stop() {
      agent.destroy();
    },
  };
}

function post(agent: Agent, port: number, job: { key: string; body: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/api/v1/certificates',
        headers: {
          authorization: `Bearer ${job.key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(job.body),
        },
      },
      (response) => {
        response.resume();
        response.once('end', () =>
          response.statusCode === 201
            ? resolve()
            : reject(new Error(`status ${response.statusCode}`)),
        );
      },
    );
    call.once('error', reject);
    call.end(job.body);
  });
}

async function bareSide(databaseUrl: string): Promise<Side> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: IN_FLIGHT });
  await pool.query('CREATE TABLE bare (serial bytea PRIMARY KEY, der bytea NOT NULL)');
  const folder = join(dataDir, 'bare-signer');
  const sealingKey = await folderSealingKey(folder, 'bench passphrase');
  const now = () => new Date();
  await ensureAuthority({
    folder,
    sealingKey,
    token: null,
    providerName: 'Bench',
    pkiUrl: PKI_URL,
    now: now(),
  });
  const { signer } = await openFolderSigner({
    folder,
    sealingKey,
    pkiUrl: PKI_URL,
    openTokenKey: null,
    now,
    maxPerMinute: Number.POSITIVE_INFINITY,
  });
  const issuer = storedIssuers(folder).find((one) => one.environment === 'production');
  if (!issuer) throw new Error('the ceremony made no issuer');
  const { issuerId } = issuer;
  const { csr: text } = opensslCsr();
  const issue = async () => {
    const { csr } = await checkCsr(text, { legalName: LEGAL_NAME });
    if (!csr) throw new Error('the CSR does not pass');
    const serial = serialFrom(randomBytes(16));
    const draft = await draftClientCertificate({
      csr,
      serial,
      legalName: LEGAL_NAME,
      accountId: 'acc_bench',
      environment: 'production',
      issuerDer: issuer.certificateDer,
      addresses: pkiAddresses(PKI_URL, issuerId),
      now: new Date(),
    });
    const result = lint(draft);
    if (!('linted' in result)) throw new Error('the draft does not pass');
    const intentId = Buffer.from(serial).toString('hex');
    const der = await signer.sign({ intentId, issuerId, tbs: result.linted });
    await pool.query('INSERT INTO bare VALUES ($1, $2)', [Buffer.from(serial), Buffer.from(der)]);
  };
  return { run: (count) => inFlight(count, issue), stop: () => pool.end() };
}

/** Runs `work` `count` times, IN_FLIGHT at once. @returns milliseconds of each */
async function inFlight(count: number, work: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  let started = 0;
  const worker = async () => {
    while (started < count) {
      started += 1;
      const before = performance.now();
      await work();
      times.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return times;
}

async function operator(
  noun: string,
  verb: string,
  args: unknown,
): Promise<Record<string, unknown>> {
  const { result, error } = Object(await askOperatorSocket(dataDir, { noun, verb, args }));
  if (error || !result) throw new Error(String(error ?? 'the operator socket does not answer'));
  return result;
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** What `bench/issue.ts` compares: our portal and signer, cfssl with its PostgreSQL certdb, and the bare work in one process. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { pkiAddresses } from '@/lib/pki/addresses';
import { checkCsr } from '@/lib/pki/csr-check';
import { draftClientCertificate } from '@/lib/pki/draft';
import { lint } from '@/lib/pki/lint';
import { serialFrom } from '@/lib/pki/serial';
import { createAuthority, sealedKeys } from '@/lib/signer/ceremony';
import { openFolderSigner } from '@/lib/signer/folder-signer';
import { folderSealingKey, storedIssuers, storeIssuer } from '@/lib/signer/key-folder';
import { SOFT_HSM, softTokens } from '@/lib/signer/testing/soft-token';
import { opensslCsr } from '@/lib/start-up/testing';
import { freePort } from '../scripts/postgres';
import { startPortalAndSigner } from './authority';
import { IN_FLIGHT, inFlight, keptConnections, post, type Side } from './issuing-load';

export type CaKind = 'EC P-256' | 'EC P-384' | 'RSA 2048';

const PER_ACCOUNT = 5;
const LEGAL_NAME = 'Meridian Freight';
const PASSPHRASE = 'a passphrase of the bench';
const CFSSL = '/usr/bin/cfssl';
const STARTS_WITHIN_MS = 20_000;
const POLL_MS = 50;
const OPENSSL_KEYS: Record<CaKind, readonly string[]> = {
  'EC P-256': ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'EC P-384': ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  'RSA 2048': ['rsa:2048'],
};
// The one of cfssl's own migrations, at the version that Debian has.
const CERTDB = `CREATE TABLE certificates (serial_number bytea NOT NULL, authority_key_identifier bytea NOT NULL,
  ca_label bytea, status bytea NOT NULL, reason int, expiry timestamptz, revoked_at timestamptz, pem bytea NOT NULL,
  PRIMARY KEY (serial_number, authority_key_identifier))`;

/** @throws Error with the command that installs what is missing */
export function ensureOtherTools(): void {
  const missing = [
    ...(existsSync(CFSSL) ? [] : ['golang-cfssl']),
    ...(existsSync(SOFT_HSM) ? [] : ['softhsm2']),
  ];
  if (missing.length === 0) return;
  throw new Error(
    `This bench needs more. On Debian run: sudo apt-get install ${missing.join(' ')}`,
  );
}

/** @param input.total certificates that will be asked for, at most @param input.custody where the CA keys are */
export async function portalSide(input: {
  databaseUrl: string;
  kind: CaKind;
  custody: 'sealed' | 'token';
  total: number;
  nodeArgs: readonly string[];
  signerNodeArgs: readonly string[];
}): Promise<Side> {
  const { databaseUrl, kind, custody, nodeArgs, signerNodeArgs } = input;
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-signer-'));
  const tokens = custody === 'token' ? softTokens() : null;
  if (custody === 'sealed') await authorityIn(folder, kind);
  const portal = await startPortalAndSigner({
    databaseUrl,
    nodeArgs,
    signerNodeArgs,
    signer: {
      SIGNER_DIR: folder,
      CA_PASSPHRASE: PASSPHRASE,
      ...(tokens && tokenSettings(tokens.token('bench'))),
    },
  });
  const jobs = await portalJobs(portal.operator, input.total);
  const agent = keptConnections();
  let next = 0;
  const issue = async () => {
    const job = jobs[next];
    next += 1;
    if (!job) throw new Error('no job left');
    const { key, body } = job;
    const headers = { authorization: `Bearer ${key}` };
    const path = '/api/v1/certificates';
    await post({ agent, port: portal.port, path, body, headers, expected: 201 });
  };
  return {
    run: (count) => inFlight(count, issue),
    pids: { portal: portal.pid, signer: portal.signerPid },
    async stop() {
      agent.destroy();
      await portal.stop();
      tokens?.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function tokenSettings({ modulePath, tokenLabel, pin }: Record<string, string>) {
  return {
    PKCS11_MODULE: String(modulePath),
    PKCS11_TOKEN: String(tokenLabel),
    PKCS11_PIN: String(pin),
  };
}

/** Five certificates of each account, a key of its own for every account; neighbours are of different accounts. */
async function portalJobs(
  operator: (noun: string, verb: string, args: unknown) => Promise<Record<string, unknown>>,
  total: number,
): Promise<{ key: string; body: string }[]> {
  const accounts: { key: string; body: string }[] = [];
  for (let one = 0; one < Math.ceil(total / PER_ACCOUNT); one += 1) {
    const account = await operator('account', 'create', { name: LEGAL_NAME });
    const { key } = await operator('api-key', 'create', { name: 'bench', account: account.id });
    const body = JSON.stringify({ csr: opensslCsr().csr, environment: 'production' });
    accounts.push({ key: String(key), body });
  }
  return Array.from({ length: PER_ACCOUNT }, () => accounts).flat();
}

async function authorityIn(folder: string, issuingKind: CaKind) {
  const sealingKey = await folderSealingKey(folder, PASSPHRASE);
  const keys = sealedKeys(sealingKey);
  await createAuthority({
    providerName: 'Bench',
    environments: ['production', 'sandbox'],
    now: new Date(),
    rootKeys: keys,
    issuingKeys: keys,
    issuingKind,
    pkiUrl: null,
    stored: [],
    root: null,
    store: (issuer) => storeIssuer(folder, issuer),
  });
  return sealingKey;
}

/** `cfssl serve`, which answers anybody, and writes what it issued to a table. */
export async function cfsslSide(input: { databaseUrl: string; kind: CaKind }): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-cfssl-'));
  const file = (name: string, content: unknown) => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  const client = new pg.Client({ connectionString: input.databaseUrl });
  await client.connect();
  await client.query(CERTDB);
  await client.end();
  const [ca, caKey] = [join(folder, 'ca.pem'), join(folder, 'ca.key')];
  const subject = ['-subj', '/O=Bench/CN=Bench CA', '-days', '3650'];
  const made = ['-newkey', ...OPENSSL_KEYS[input.kind], '-nodes', '-keyout', caKey, '-out', ca];
  execFileSync('openssl', ['req', '-x509', ...made, ...subject], { stdio: 'pipe' });
  const usages = ['client auth', 'digital signature'];
  const config = file('config.json', { signing: { default: { usages, expiry: '8760h' } } });
  const source = { driver: 'postgres', data_source: `${input.databaseUrl}?sslmode=disable` };
  const port = await freePort();
  const places = ['-address', '127.0.0.1', '-port', String(port), '-ca', ca, '-ca-key', caKey];
  const settings = ['-config', config, '-db-config', file('db.json', source), '-loglevel=3'];
  const child = spawn(CFSSL, ['serve', ...places, ...settings], { stdio: 'ignore' });
  await listening(port);
  const agent = keptConnections();
  const hosts = ['erp.meridian.example'];
  const body = JSON.stringify({ certificate_request: opensslCsr().csr, hosts });
  const path = '/api/v1/cfssl/sign';
  const issue = () => post({ agent, port, path, body, headers: {}, expected: 200 });
  return {
    run: (count) => inFlight(count, issue),
    pids: { cfssl: child.pid ?? 0 },
    async stop() {
      agent.destroy();
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(port: number): Promise<void> {
  const until = Date.now() + STARTS_WITHIN_MS;
  while (Date.now() < until) {
    const socket = connect({ port, host: '127.0.0.1' });
    const [up] = await Promise.race([
      once(socket, 'connect').then(() => [true]),
      once(socket, 'close').then(() => [false]),
    ]).catch(() => [false]);
    socket.destroy();
    if (up) return;
    await pause(POLL_MS);
  }
  throw new Error('cfssl does not listen');
}

/** Judge, draft, lint, sign, one durable commit: in one process, without HTTP, limit, audit or authentication. */
export async function bareSide(input: { databaseUrl: string; kind: CaKind }): Promise<Side> {
  const pool = new pg.Pool({ connectionString: input.databaseUrl, max: IN_FLIGHT });
  await pool.query('CREATE TABLE bare (serial bytea PRIMARY KEY, der bytea NOT NULL)');
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-bare-'));
  mkdirSync(folder, { recursive: true });
  const sealingKey = await authorityIn(folder, input.kind);
  const pkiUrl = 'http://127.0.0.1';
  const { signer, close } = await openFolderSigner({
    folder,
    sealingKey,
    pkiUrl,
    openTokenKey: null,
    now: () => new Date(),
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
      accountId: 'acct_bench',
      environment: 'production',
      issuerDer: issuer.certificateDer,
      addresses: pkiAddresses(pkiUrl, issuerId),
      now: new Date(),
    });
    const result = lint(draft);
    if (!('linted' in result)) throw new Error('the draft does not pass');
    const intentId = Buffer.from(serial).toString('hex');
    const der = await signer.sign({ intentId, issuerId, tbs: result.linted });
    await pool.query('INSERT INTO bare VALUES ($1, $2)', [Buffer.from(serial), Buffer.from(der)]);
  };
  return {
    run: (count) => inFlight(count, issue),
    pids: {},
    async stop() {
      await pool.end();
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A portal without its web server, for integration tests: a database of its own (PGlite, or, with TEST_DATABASE=postgres,
 * a new one on the server TEST_POSTGRES_URL names), the real CA and signer, and people to ask as.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ACCOUNT_KEY_SCOPES, type Role } from '@/lib/access/permissions';
import { type Principal, systemScope } from '@/lib/access/scope';
import { createAccount } from '@/lib/accounts/manage';
import { HOUR_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { newId } from '@/lib/platform/random';
import { type PortalSettings, type StartedPortal, startPortal } from './portal';

export const onPostgres = process.env.TEST_DATABASE === 'postgres';
export const testScope = systemScope('command line', 'test');

/** Where a portal's state is. */
export type TestPlace = { dataDir: string; databaseUrl: string | null };

export type TestPortal = TestPlace & {
  newAccount(input?: { parentId?: string; legalName?: string }): Promise<{
    id: string;
    as(role: Role): Principal;
    key(...scopes: (typeof ACCOUNT_KEY_SCOPES)[number][]): Principal;
  }>;
  stop(): Promise<void>;
};

/** @param place of a portal that was there before, and whose process has ended; a new one otherwise */
export async function openTestPortal(
  change: Partial<
    Pick<PortalSettings, 'signer' | 'weakKeysFile' | 'sso' | 'apiLimits' | 'publicUrl'>
  > = {},
  place: TestPlace | null = null,
): Promise<TestPortal> {
  const { dataDir, databaseUrl } = place ?? (await newPlace());
  const started: StartedPortal = await startPortal({
    root: process.cwd(),
    databaseUrl,
    dataDir,
    publicUrl: 'http://localhost:3000',
    providerName: 'Test Provider',
    pkiUrl: 'http://localhost:3000',
    portalPassphrase: 'a passphrase for tests',
    signer: {
      kind: 'folder',
      folder: join(dataDir, 'signer'),
      passphrase: 'a passphrase for tests',
    },
    edges: { production: null, sandbox: null },
    mailsShown: 'no',
    mail: null,
    serverCaFiles: { production: null, sandbox: null },
    apiLimits: { perMinute: 100_000, burst: 100_000, withoutKeyPerMinute: 100_000 },
    sessionLimits: { idleMs: 2 * HOUR_MS, absoluteMs: 12 * HOUR_MS },
    sso: null,
    weakKeysFile: null,
    activityRetentionDays: 90,
    demo: 'no',
    ...change,
  });
  return {
    dataDir,
    databaseUrl,
    async newAccount(input = {}) {
      const legalName = input.legalName ?? 'Meridian Freight';
      const { id } = await createAccount(testScope, {
        name: legalName,
        legalName,
        parentId: input.parentId ?? null,
      });
      return {
        id,
        as: (role) => principal(id, { roles: [role] }),
        key: (...scopes) =>
          principal(id, { keyScopes: scopes.length > 0 ? scopes : [...ACCOUNT_KEY_SCOPES] }),
      };
    },
    async stop() {
      await started.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function principal(accountId: string, rights: Partial<Principal>): Principal {
  return {
    actor: rights.keyScopes
      ? { kind: 'api_key', id: newId('apiKey'), name: 'test key' }
      : { kind: 'person', id: newId('person'), name: 'Ines Duarte' },
    account: { id: accountId, suspended: false },
    roles: [],
    keyScopes: [],
    authenticatedAt: rights.keyScopes ? null : currentTime(),
    askedAt: currentTime(),
    requestId: `req_${randomBytes(6).toString('hex')}`,
    ...rights,
  };
}

async function newPlace(): Promise<TestPlace> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  return { dataDir, databaseUrl: onPostgres ? await newDatabase() : null };
}

async function newDatabase(): Promise<string> {
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error('TEST_DATABASE=postgres needs TEST_POSTGRES_URL');
  const name = `test_${randomBytes(8).toString('hex')}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** A real CSR by openssl with a fresh key: EC P-256 unless `newkey` says otherwise. */
export function opensslCsr(input: { subject?: string; newkey?: string[]; extra?: string[] } = {}): {
  csr: string;
  key: string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-csr-'));
  const key = join(folder, 'client.key');
  const csr = join(folder, 'client.csr');
  const newkey = input.newkey ?? ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const subject =
    input.subject ?? '/C=US/ST=California/L=Oakland/O=Meridian Freight/CN=erp.meridian.example';
  execFileSync(
    'openssl',
    [
      'req',
      '-new',
      '-newkey',
      ...newkey,
      '-nodes',
      '-keyout',
      key,
      '-out',
      csr,
      '-subj',
      subject,
    ].concat(input.extra ?? []),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const made = { csr: readFileSync(csr, 'utf8'), key: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true, force: true });
  return made;
}

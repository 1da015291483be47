/** How the signer of this machine is started, and what the portal has to know to ask it. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { SignerReady } from '@/lib/contract/process-messages';
import { type PortalEnv, SettingsError } from '@/lib/platform/env';
import { signerFolder } from '@/lib/platform/signer-env';
import { socketPlace } from '@/lib/platform/socket-place';
import { storedIssuers } from '@/lib/signer/key-folder';
import type { ChildSpec } from './child';
import type { User } from './separation';

/** What nobody but the signer is given. */
export const SIGNERS_OWN = [
  'CA_PASSPHRASE',
  'SIGNER_DATABASE_URL',
  'PKCS11_MODULE',
  'PKCS11_TOKEN',
  'PKCS11_PIN',
  'PKCS11_PIN_FILE',
];
// What the signer has no use for, it is not given.
const WITHHELD = ['DATABASE_URL', 'PORTAL_PASSPHRASE', 'SMTP_URL', 'EDGE_TOKEN', 'EDGE_TOKEN_FILE'];
const LOGIN_FILE = 'database-url';
const CONNECT_TIMEOUT_MS = 5_000;
const FIRST_AUTHORITY_LOCK = 7_265_423;

export type SignerOnThisMachine = {
  /** Null: somebody else runs it. */
  readonly spec: ChildSpec<SignerReady> | null;
  /** For the portal. */
  readonly variables: Readonly<Record<string, string>>;
  /** Lets others make a CA for this database: once the portal has entered ours. */
  readonly entered: () => Promise<void>;
};

/** @throws SettingsError when the signer cannot be the one of this database */
export async function signerOf(input: {
  root: string;
  env: PortalEnv;
  given: NodeJS.ProcessEnv;
  users: { signer: User; portal: User | null } | null;
}): Promise<SignerOnThisMachine> {
  const { root, env, given, users } = input;
  if (env.signer.socket !== null) {
    if (env.signer.secret !== null)
      return { spec: null, variables: {}, entered: async () => undefined };
    throw new SettingsError(
      'SIGNER_SOCKET is set without SIGNER_SECRET: set it as the signer has it.',
    );
  }
  const folder = signerFolder(env.dataDir, given);
  const socket = socketPlace(env.dataDir, 'signer-socket/signer.sock');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secret = randomBytes(32).toString('base64url');
  const { authority, entered } = await firstAuthority(env, folder);
  const variables = { SIGNER_SOCKET: socket, SIGNER_SECRET: secret };
  const passed = Object.entries(given).filter(([name]) => !WITHHELD.includes(name));
  return {
    variables,
    entered,
    spec: {
      name: 'signer',
      root,
      file: 'scripts/signer.ts',
      env: {
        ...Object.fromEntries(passed),
        ...variables,
        SIGNER_DIR: folder,
        PKI_URL: env.pkiUrl,
        ...authority,
        ...(env.databaseUrl === null ? {} : await signerLogin(env.databaseUrl, folder, given)),
        ...(users === null ? {} : userVariables(users)),
      },
      keepOpen: [],
      user: null,
      readyMessage: SignerReady,
    },
  };
}

function userVariables({ signer, portal }: { signer: User; portal: User | null }) {
  return {
    SIGNER_UID: String(signer.uid),
    SIGNER_GID: String(signer.gid),
    SIGNER_SOCKET_GID: String(portal?.gid ?? signer.gid),
  };
}

/**
 * A CA is made for a database that has none; a signer without the keys of the one it has is a mistake. Of two that start
 * at once on an empty database one makes the CA, and the other then finds it.
 */
async function firstAuthority(env: PortalEnv, folder: string) {
  const authority = { SIGNER_FIRST_AUTHORITY: env.providerName };
  const nothing = { authority, entered: async () => undefined };
  if (env.databaseUrl === null || storedIssuers(folder).length > 0) return nothing;
  const client = await connected(env.databaseUrl);
  await client.query('SELECT pg_advisory_lock($1)', [FIRST_AUTHORITY_LOCK]);
  const { rows } = await client.query("SELECT to_regclass('public.issuer') AS there");
  const known = rows[0]?.there ? (await client.query('SELECT 1 FROM issuer LIMIT 1')).rows : [];
  if (known.length === 0) return { authority, entered: () => client.end() };
  await client.end();
  throw new SettingsError(
    `This database has a CA, and ${folder} does not hold its keys. Bring them with npm run ca -- import, or set SIGNER_DIR to the folder that has them.`,
  );
}

/**
 * The signer's own login, which may read intents and nothing else: made once for each key folder, and again where the
 * database was restored without it.
 */
async function signerLogin(
  databaseUrl: string,
  folder: string,
  given: NodeJS.ProcessEnv,
): Promise<{ SIGNER_DATABASE_URL: string }> {
  if (given.SIGNER_DATABASE_URL) return { SIGNER_DATABASE_URL: given.SIGNER_DATABASE_URL };
  const path = join(folder, LOGIN_FILE);
  const kept = existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
  if (kept !== null && sameDatabase(kept, databaseUrl) && (await works(kept))) {
    return { SIGNER_DATABASE_URL: kept };
  }
  const name = `countersign_signer_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(24).toString('base64url');
  await asOwner(databaseUrl, async (client) => {
    await client.query(`DO $$ BEGIN CREATE ROLE countersign_signer NOLOGIN NOINHERIT;
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
    await client.query(
      `CREATE ROLE ${name} LOGIN PASSWORD '${password}' IN ROLE countersign_signer`,
    );
  }).catch((error: unknown) => {
    throw new SettingsError(
      `The signer's login could not be made (${error instanceof Error ? error.message : error}). Make a role that is a member of countersign_signer, and set SIGNER_DATABASE_URL.`,
    );
  });
  const url = new URL(databaseUrl);
  url.username = name;
  url.password = password;
  writeFileSync(path, `${url.href}\n`, { mode: 0o600 });
  chmodSync(dirname(path), 0o700);
  return { SIGNER_DATABASE_URL: url.href };
}

function sameDatabase(one: string, other: string): boolean {
  const place = (text: string) => {
    const { hostname, port, pathname } = new URL(text);
    return `${hostname} ${port} ${pathname}`;
  };
  return place(one) === place(other);
}

async function works(url: string): Promise<boolean> {
  return asOwner(url, (client) => client.query('SELECT 1')).then(
    () => true,
    () => false,
  );
}

async function asOwner<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connected(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

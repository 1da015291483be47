/** What is crashed: a durable PostgreSQL, one signer, one portal and, when asked, a second, each started again when it dies. */
import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { PortalReady } from '@/lib/contract/process-messages';
import { portalEnv } from '@/lib/platform/env';
import { askOperatorSocket } from '@/lib/platform/operator-socket';
import { freePort, type PrivatePostgres, startPrivatePostgres } from '../postgres';
import { signerOf } from '../start/signer-process';
import { type CuttingProxy, cuttingProxy } from './cutting-proxy';
import { type KeptProcess, keepRunning } from './kept-process';

export type Place = {
  readonly postgres: PrivatePostgres;
  readonly proxy: CuttingProxy;
  readonly signer: KeptProcess;
  readonly portals: readonly { readonly process: KeptProcess; readonly url: string }[];
  readonly signerFolder: string;
  readonly databaseUrl: string;
  /** Straight to the database, as the owner of the tables; each call has a connection of its own. */
  sql<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  operator(noun: string, verb: string, args: unknown): Promise<Record<string, unknown>>;
  addPortal(): Promise<void>;
  stop(): Promise<void>;
};

const DATABASE = 'crashes';
const PASSED = ['PATH', 'HOME', 'LANG', 'TMPDIR'];

/** @param input.logFile takes what the processes log */
export async function openPlace({
  root,
  logFile,
}: {
  root: string;
  logFile: string;
}): Promise<Place> {
  const logTo = openSync(logFile, 'a', 0o600);
  const folder = mkdtempSync(join(tmpdir(), 'countersign-crash-'));
  chmodSync(folder, 0o711);
  const postgres = await startPrivatePostgres({ fsync: 'on' });
  const databaseUrl = await postgres.createDatabase(DATABASE);
  const proxy = await cuttingProxy(postgres.port);
  const shared = await settingsOf(databaseUrl, proxy.port);
  const dataDir = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path, { mode: 0o700 });
    return path;
  };
  const first = dataDir('first');
  const given: NodeJS.ProcessEnv = { ...shared, DATA_DIR: first, PORT: String(await freePort()) };
  const tree = await signerOf({ root, env: portalEnv(given), given, users: null });
  if (tree.spec === null) throw new Error('the signer is somebody else’s');
  const signer = keepRunning({ ...tree.spec, logTo });
  await signer.up();
  const portals: { process: KeptProcess; url: string }[] = [];
  const addPortal = async (settings: NodeJS.ProcessEnv): Promise<void> => {
    const env = { ...settings, ...tree.variables };
    const process = keepRunning({
      ...{ name: 'portal', root, file: 'scripts/portal.ts', env },
      ...{ keepOpen: [], user: null, readyMessage: PortalReady, logTo },
    });
    await process.up();
    portals.push({ process, url: `http://127.0.0.1:${settings.PORT}` });
  };
  await addPortal(given);
  await tree.entered();
  return {
    ...{ postgres, proxy, signer, portals, databaseUrl },
    signerFolder: join(first, 'signer'),
    sql: (text, values = []) => asked(databaseUrl, text, values),
    async operator(noun, verb, args) {
      const { result, error } = Object(await askOperatorSocket(first, { noun, verb, args }));
      if (error || !result) throw new Error(String(error ?? 'the operator socket does not answer'));
      return result;
    },
    async addPortal() {
      await addPortal({ ...given, DATA_DIR: dataDir('second'), PORT: String(await freePort()) });
    },
    async stop() {
      for (const { process } of portals) await process.stop();
      await signer.stop();
      await proxy.stop();
      await postgres.stop();
      closeSync(logTo);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function settingsOf(databaseUrl: string, proxyPort: number): Promise<NodeJS.ProcessEnv> {
  const throughProxy = new URL(databaseUrl);
  throughProxy.port = String(proxyPort);
  const passed = PASSED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(passed),
    NODE_ENV: 'production',
    DATABASE_URL: throughProxy.href,
    HOST: '127.0.0.1',
    PKI_URL: 'http://127.0.0.1',
    API_REQUESTS_PER_MINUTE: '1000000',
    API_BURST: '100000',
    PORTAL_PASSPHRASE: randomBytes(16).toString('hex'),
    CA_PASSPHRASE: randomBytes(16).toString('hex'),
  };
}

async function asked<T extends pg.QueryResultRow>(
  connectionString: string,
  text: string,
  values: unknown[],
): Promise<T[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}

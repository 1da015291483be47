/** A portal and its signer on a database of their own, as processes, without the supervisor around them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { askOperatorSocket } from '@/lib/platform/operator-socket';
import { freePort } from '../scripts/postgres';

export type Portal = {
  readonly port: number;
  /** Of the portal's process. */
  readonly pid: number;
  readonly signerPid: number;
  readonly dataDir: string;
  operator(noun: string, verb: string, args: unknown): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
};

const PASSPHRASE = 'a passphrase of the bench';
const LOGIN = 'bench_signer';

/**
 * @param input.databaseUrl an empty database @param input.signer settings of its signer beyond the usual ones
 * @param input.nodeArgs for the portal, `signerNodeArgs` for the signer: to profile it
 */
export async function startPortalAndSigner(input: {
  databaseUrl: string;
  signer?: Record<string, string>;
  nodeArgs?: readonly string[];
  signerNodeArgs?: readonly string[];
}): Promise<Portal> {
  const { databaseUrl, nodeArgs = [], signerNodeArgs = [] } = input;
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const port = await freePort();
  const shared = {
    PKI_URL: `http://127.0.0.1:${port}`,
    SIGNER_SOCKET: join(dataDir, 'signer.sock'),
    SIGNER_SECRET: randomBytes(24).toString('hex'),
  };
  const signer = await started('scripts/signer.ts', signerNodeArgs, {
    ...shared,
    SIGNER_DIR: join(dataDir, 'signer'),
    SIGNER_DATABASE_URL: await signerLogin(databaseUrl),
    SIGNER_FIRST_AUTHORITY: 'Bench',
    SIGNER_MAX_PER_MINUTE: '1000000',
    CA_PASSPHRASE: PASSPHRASE,
    ...input.signer,
  });
  const portal = await started('scripts/portal.ts', nodeArgs, {
    ...shared,
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    PORT: String(port),
    HOST: '127.0.0.1',
    API_REQUESTS_PER_MINUTE: '1000000',
    PORTAL_PASSPHRASE: PASSPHRASE,
  });
  return {
    port,
    pid: portal.pid ?? 0,
    signerPid: signer.pid ?? 0,
    dataDir,
    async operator(noun, verb, args) {
      const { result, error } = Object(await askOperatorSocket(dataDir, { noun, verb, args }));
      if (error || !result) throw new Error(String(error ?? 'the operator socket does not answer'));
      return result;
    },
    async stop() {
      for (const child of [portal, signer]) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function started(
  file: string,
  nodeArgs: readonly string[],
  env: Record<string, string>,
): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...nodeArgs, '--import', 'tsx', file], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  });
  const [message] = await once(child, 'message');
  if (Object(message).ready) return child;
  throw new Error(`${file} did not start: ${JSON.stringify(message)}`);
}

/** The role of a deployment, so that reading the intent costs what it costs there. */
async function signerLogin(databaseUrl: string): Promise<string> {
  const name = `${LOGIN}_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`DO $$ BEGIN CREATE ROLE countersign_signer NOLOGIN NOINHERIT;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
  await client.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}' IN ROLE countersign_signer`);
  await client.end();
  const url = new URL(databaseUrl);
  url.username = name;
  url.password = password;
  return url.href;
}

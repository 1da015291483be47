/** Rows to try the product with: two accounts, people of every role, API clients and keys, all secrets generated. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNT_KEY_SCOPES, type MemberRole } from '@/lib/access/permissions';
import { type DeploymentScope, systemScope } from '@/lib/access/scope';
import { addAccount, addMember, addStaff } from '@/lib/accounts/manage';
import { addApiKey } from '@/lib/api-access/add-key';
import { addApiClient } from '@/lib/api-clients/manage';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { newSecret, sha256 } from '@/lib/platform/random';
import { addEdge } from '@/lib/publishing/edges';
import { StartError } from './deployment';

export type DemoUser = { email: string; password: string; role: string };
export type DemoApiClient = { environment: Environment; username: string; password: string };
export type DemoAccount = { apiKey: string; users: DemoUser[]; apiClients: DemoApiClient[] };
export type Demo = DemoAccount & { secondAccount: DemoAccount };

export const DEMO_FILE = 'demo-credentials.json';
export const DEMO_API_CLIENTS_FILE = 'demo-api-clients.json';
export const EDGE_TOKEN_FILE = 'edge-token';

// Ines answers for the account. demo.json goes on listing her under the name that scripts of before ask for.
const MEMBERS: { role: MemberRole; listedAs: string; local: string; name: string }[] = [
  { role: 'owner', listedAs: 'admin', local: 'ines', name: 'Ines Duarte' },
  { role: 'manage_mtls', listedAs: 'manage_mtls', local: 'tomas', name: 'Tomas Lind' },
  { role: 'viewer', listedAs: 'viewer', local: 'priya', name: 'Priya Nair' },
];

/**
 * Seeds the demo once. The files are written before the commit: a crash in between leaves files without rows, which
 * the next start overwrites, and never rows whose secrets nobody has.
 * @returns false when the demo was seeded before
 * @throws StartError when there are accounts that the demo did not make
 */
export async function seedDemo(dataDir: string): Promise<boolean> {
  const scope = systemScope('start-up', 'demo');
  return acrossAccounts(scope, async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(7265421)`;
    const own = await tx.account.count({ where: { madeByDemo: true } });
    const foreign = await tx.account.count({ where: { madeByDemo: false } });
    if (own > 0) return false;
    if (foreign > 0) {
      throw new StartError(
        `DEMO=1 is refused: this database has ${foreign} accounts that the demo did not make. Start without DEMO.`,
      );
    }
    await seed(tx, scope, dataDir);
    return true;
  });
}

async function seed(tx: Tx, scope: DeploymentScope, dataDir: string): Promise<void> {
  const first = await account(tx, scope, 'Meridian Freight', 'meridian', [
    'erp-sync',
    'rate-quotes',
  ]);
  const second = await account(tx, scope, 'Harbor Logistics', 'harbor', ['harbor-sync']);
  const support = await addStaff(tx, scope, {
    email: 'support@provider.example',
    name: 'Sam Support',
    role: 'support',
  });
  first.users.push({ email: support.email, password: support.password ?? '', role: 'support' });
  const lead = await addStaff(tx, scope, {
    email: 'lead@provider.example',
    name: 'Lena Lead',
    role: 'support_lead',
  });
  first.users.push({ email: lead.email, password: lead.password ?? '', role: 'support_lead' });
  const edge = await addEdge(tx, scope, 'local edge');
  const { id: _first, ...demo } = { ...first, secondAccount: withoutId(second) };
  writePrivate(dataDir, DEMO_FILE, `${JSON.stringify(demo, null, 2)}\n`);
  writePrivate(dataDir, EDGE_TOKEN_FILE, `${edge.token}\n`);
  const clients = [first, second].flatMap(({ id, apiClients }) =>
    apiClients.map(({ environment, username, password }) => ({
      environment,
      username,
      passwordSha256Hex: Buffer.from(sha256(password)).toString('hex'),
      accountId: id,
    })),
  );
  writePrivate(dataDir, DEMO_API_CLIENTS_FILE, `${JSON.stringify({ clients }, null, 2)}\n`);
}

async function account(
  tx: Tx,
  scope: DeploymentScope,
  name: string,
  domain: string,
  clientNames: string[],
): Promise<DemoAccount & { id: string }> {
  const { id } = await addAccount(tx, scope, {
    name,
    legalName: name,
    parentId: null,
    madeByDemo: true,
  });
  const users: DemoUser[] = [];
  for (const member of MEMBERS) {
    const email = `${member.local}@${domain}.example`;
    const made = await addMember(tx, scope, {
      accountId: id,
      email,
      name: member.name,
      role: member.role,
    });
    users.push({ email, password: made.password ?? '', role: member.listedAs });
  }
  const apiClients: DemoApiClient[] = [];
  for (const environment of ENVIRONMENTS) {
    for (const username of clientNames) {
      await addApiClient(tx, scope, { accountId: id, environment, name: username });
      apiClients.push({ environment, username, password: newSecret().slice(0, 22) });
    }
  }
  const { key } = await addApiKey(tx, scope, {
    accountId: id,
    name: 'Demo key',
    scopes: [...ACCOUNT_KEY_SCOPES],
  });
  return { id, apiKey: key, users, apiClients };
}

function withoutId({ id: _id, ...rest }: DemoAccount & { id: string }): DemoAccount {
  return rest;
}

function writePrivate(dataDir: string, name: string, text: string): void {
  const path = join(dataDir, name);
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** What the seed generated, for whoever started the portal; null where the file is gone. */
export function readDemo(dataDir: string): unknown {
  const path = join(dataDir, DEMO_FILE);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

/** A whole edge for a test: portal, state directory, built-in API, four listeners on free ports. */

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayConfig, parseConfig } from '@/gateway/config';
import { type Gateway, startGateway } from '@/gateway/gateway';
import { type TestPortal, testPortal } from '@/gateway/testing/portal';
import type { Change } from '@/lib/edge/state';
import { enforcing } from '@/lib/edge/testing';

export type Setting = {
  folder: string;
  portal: TestPortal;
  config: GatewayConfig;
  gateway: Gateway;
  log: string[];
  /** Added to the real time: the edge's clock. */
  clock: { aheadMs: number };
  ca(): string;
  caFile: string;
  /** Stops this edge and starts another on the same state directory. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

export const PASSWORD = 'correct horse';

/** `acc_a` enforces production, `acc_b` nothing; each has an API client in both environments. */
export function peopleOf(portal: Pick<TestPortal, 'nameHash'>): Change[] {
  const clients = [
    ['billing', 'acc_a'],
    ['plain', 'acc_b'],
    ['barred', 'acc_s'],
  ] as const;
  return [
    {
      kind: 'account',
      entry: { accountId: 'acc_a', suspended: false, modes: enforcing('production') },
    },
    { kind: 'account', entry: { accountId: 'acc_b', suspended: false, modes: enforcing() } },
    { kind: 'account', entry: { accountId: 'acc_s', suspended: true, modes: enforcing() } },
    ...clients.flatMap(([name, accountId]) =>
      (['production', 'sandbox'] as const).map(
        (environment): Change => ({
          kind: 'api_client',
          entry: { nameHash: portal.nameHash(environment, name), accountId, environment },
        }),
      ),
    ),
  ];
}

/** @param env `{folder}` in a value is the folder of this setting */
export async function setting(env: Record<string, string> = {}): Promise<Setting> {
  const folder = mkdtempSync(join(tmpdir(), 'edge-'));
  const portal = await testPortal();
  portal.change(...peopleOf(portal));
  const clientsFile = writeClients(folder);
  const config = parseConfig({
    PORTAL_URL: portal.url,
    EDGE_TOKEN: portal.token,
    EDGE_STATE_DIR: join(folder, 'state'),
    EDGE_PRODUCTION_MTLS_PORT: '0',
    EDGE_PRODUCTION_STANDARD_PORT: '0',
    EDGE_SANDBOX_MTLS_PORT: '0',
    EDGE_SANDBOX_STANDARD_PORT: '0',
    EDGE_DEMO_CLIENTS_FILE: clientsFile,
    EDGE_AUTHORIZER_SOCKET: join(folder, 'authorizer.sock'),
    EDGE_HAPROXY_MAP: join(folder, 'haproxy.map'),
    ...Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, value.replace('{folder}', folder)]),
    ),
  });
  const log: string[] = [];
  const clock = { aheadMs: 0 };
  const world = {
    nowMs: () => Date.now() + clock.aheadMs,
    log: (line: string) => void log.push(line),
  };
  const caFile = join(config.stateDir, 'server-ca.pem');
  const made: Setting = {
    folder,
    portal,
    config,
    gateway: await startGateway(config, world),
    log,
    clock,
    caFile,
    ca: () => readFileSync(caFile, 'utf8'),
    async restart() {
      await made.gateway.stop();
      made.gateway = await startGateway(config, world);
    },
    async stop() {
      await made.gateway.stop();
      await portal.stop();
      rmSync(folder, { recursive: true });
    },
  };
  await made.gateway.ready;
  return made;
}

function writeClients(folder: string): string {
  const clientsFile = join(folder, 'clients.json');
  const passwordSha256Hex = createHash('sha256').update(PASSWORD).digest('hex');
  const owners = { billing: 'acc_a', plain: 'acc_b', barred: 'acc_s' };
  const clients = Object.entries(owners).flatMap(([username, accountId]) =>
    ['production', 'sandbox'].map((environment) => ({
      environment,
      username,
      accountId,
      passwordSha256Hex,
    })),
  );
  writeFileSync(clientsFile, JSON.stringify({ clients }));
  return clientsFile;
}

/** Waits for a condition that another process or socket brings about. */
export async function until(condition: () => boolean, withinMs = 20_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** How the edge of this machine is started, and where it then answers. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EdgeReady } from '@/lib/contract/process-messages';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import type { PortalEnv } from '@/lib/platform/env';
import type { EdgeOnThisMachine, Edges } from './announce';
import { checkTlsListener, reachableHost, urlHost } from './answering';
import type { ChildSpec } from './child';
import type { User } from './separation';
import { SIGNERS_OWN } from './signer-process';

// What an edge has no use for, it is not given: it never touches the database or a CA key.
const WITHHELD = [
  'DATABASE_URL',
  'PORTAL_PASSPHRASE',
  'SIGNER_SECRET',
  'METRICS_TOKEN',
  'EDGE_TOKEN',
  'EDGE_TOKEN_FILE',
  'DEMO',
  ...SIGNERS_OWN,
];
const UPSTREAM_SECRET_BYTES = 32;

/** Where the token of this machine's edge comes from; null: there is none, so no edge is started. */
export type EdgeToken = { readonly EDGE_TOKEN: string } | { readonly EDGE_TOKEN_FILE: string };

export function edgeToken(env: PortalEnv, given: NodeJS.ProcessEnv): EdgeToken | null {
  if (given.PORTAL_ONLY === '1') return null;
  if (given.EDGE_TOKEN) return { EDGE_TOKEN: given.EDGE_TOKEN };
  if (given.EDGE_TOKEN_FILE) return { EDGE_TOKEN_FILE: given.EDGE_TOKEN_FILE };
  return env.demo ? { EDGE_TOKEN_FILE: join(env.dataDir, 'edge-token') } : null;
}

export function edgeSpec(input: {
  root: string;
  env: PortalEnv;
  given: NodeJS.ProcessEnv;
  token: EdgeToken;
  user: User | null;
}): ChildSpec<EdgeReady> {
  const { root, env, given, token, user } = input;
  const passed = Object.entries(given).filter(([name]) => !WITHHELD.includes(name));
  return {
    name: 'edge',
    root,
    file: 'gateway/main.ts',
    env: {
      ...Object.fromEntries(passed),
      ...portVariables(env),
      ...upstreamSecret(env.dataDir, given),
      ...token,
      HOST: env.host,
      PORTAL_URL: localPortalUrl(env),
      EDGE_STATE_DIR: stateDir(env),
      EDGE_DEMO_CLIENTS_FILE:
        given.EDGE_DEMO_CLIENTS_FILE ?? join(env.dataDir, 'demo-api-clients.json'),
    },
    keepOpen: [],
    user,
    readyMessage: EdgeReady,
  };
}

/** The portal as reached from this machine, whatever PUBLIC_URL says. */
export function localPortalUrl(env: PortalEnv): string {
  return `http://${urlHost(reachableHost(env.host))}:${env.port}`;
}

export function edgesOf(env: PortalEnv, given: NodeJS.ProcessEnv): Edges {
  const of = (environment: Environment): EdgeOnThisMachine => {
    const { mtls, standard } = env.edgePorts[environment];
    const addresses = env.edges[environment];
    return {
      mtlsUrl: addresses?.mtlsUrl ?? `https://localhost:${mtls}`,
      standardUrl: addresses?.standardUrl ?? `https://localhost:${standard}`,
      caFile: ownCertificate(environment, given) ?? join(stateDir(env), 'server-ca.pem'),
    };
  };
  return { production: of('production'), sandbox: of('sandbox') };
}

/** For the portal beside it: the CA that customers' programs need to trust an edge with a certificate of its own making. */
export function serverCaFiles(env: PortalEnv, given: NodeJS.ProcessEnv): Record<string, string> {
  const files = ENVIRONMENTS.filter((one) => ownCertificate(one, given) === undefined).map(
    (environment) => [
      `EDGE_${environment.toUpperCase()}_SERVER_CA_FILE`,
      join(stateDir(env), 'server-ca.pem'),
    ],
  );
  return Object.fromEntries(files);
}

/** @throws SettingsError naming the listener that does not answer */
export async function checkEdge(env: PortalEnv, given: NodeJS.ProcessEnv): Promise<void> {
  // Other proxies ask it, and have listeners of their own.
  if (given.EDGE_LISTENERS === 'off') return;
  const host = reachableHost(env.host);
  for (const environment of ENVIRONMENTS) {
    const ours = ownCertificate(environment, given) === undefined;
    const ca = ours ? readFileSync(join(stateDir(env), 'server-ca.pem'), 'utf8') : null;
    for (const port of Object.values(env.edgePorts[environment])) {
      await checkTlsListener({ host, port, ca });
    }
  }
}

function ownCertificate(environment: Environment, given: NodeJS.ProcessEnv): string | undefined {
  return given[`EDGE_${environment.toUpperCase()}_TLS_CERT_FILE`] || given.EDGE_TLS_CERT_FILE;
}

function stateDir(env: PortalEnv): string {
  return join(env.dataDir, 'edge');
}

function portVariables({ edgePorts }: PortalEnv): Record<string, string> {
  return {
    EDGE_PRODUCTION_MTLS_PORT: String(edgePorts.production.mtls),
    EDGE_PRODUCTION_STANDARD_PORT: String(edgePorts.production.standard),
    EDGE_SANDBOX_MTLS_PORT: String(edgePorts.sandbox.mtls),
    EDGE_SANDBOX_STANDARD_PORT: String(edgePorts.sandbox.standard),
  };
}

function upstreamSecret(dataDir: string, given: NodeJS.ProcessEnv): Record<string, string> {
  if (given.EDGE_UPSTREAM_SECRET || given.EDGE_UPSTREAM_SECRET_FILE) return {};
  const path = join(dataDir, 'edge-upstream-secret');
  if (!existsSync(path)) {
    const secret = randomBytes(UPSTREAM_SECRET_BYTES).toString('hex');
    writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  }
  return { EDGE_UPSTREAM_SECRET_FILE: path };
}

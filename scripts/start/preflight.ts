/** What can be known to be wrong before anything slow begins. Each fault is one SettingsError. */
import { createServer } from 'node:net';
import pg from 'pg';
import { type PortalEnv, SettingsError } from '@/lib/platform/env';

export type Listener = { readonly setting: string; readonly port: number };

const CONNECT_TIMEOUT_MS = 5_000;

/** The versions that package.json names: ^20.19 || >=22.12. */
export function checkNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!supported) {
    throw new SettingsError(
      `Node.js ${version} is not supported. Install 20.19 or later, or 22.12 or later (22 or 24 recommended).`,
    );
  }
}

export async function checkPortsFree(host: string, listeners: readonly Listener[]): Promise<void> {
  for (const listener of listeners) await checkPortFree(host, listener);
}

/** Every listener of the tree, with the setting that moves it. */
export function listenersOf(env: PortalEnv, withEdge: readonly 'edge'[]): Listener[] {
  const portal = { setting: 'PORT', port: env.port };
  if (withEdge.length === 0) return [portal];
  const { production, sandbox } = env.edgePorts;
  return [
    portal,
    { setting: 'EDGE_PRODUCTION_MTLS_PORT', port: production.mtls },
    { setting: 'EDGE_PRODUCTION_STANDARD_PORT', port: production.standard },
    { setting: 'EDGE_SANDBOX_MTLS_PORT', port: sandbox.mtls },
    { setting: 'EDGE_SANDBOX_STANDARD_PORT', port: sandbox.standard },
  ];
}

/** The message names host, port and database, never the user or the password. */
export async function checkDatabase(databaseUrl: string): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw new SettingsError(
      `DATABASE_URL: ${describeDatabase(databaseUrl)} cannot be used (${reasonOf(error)}). Start it or correct DATABASE_URL.`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

function checkPortFree(host: string, { setting, port }: Listener): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new SettingsError(portFault(error.code ?? error.message, host, { setting, port }))),
    );
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

function portFault(code: string, host: string, { setting, port }: Listener): string {
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is in use. Stop what uses it, or set ${setting} to another port.`;
  }
  if (code === 'EACCES') {
    return `Port ${port} needs privileges that this user lacks. Set ${setting} to a port above 1023.`;
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `HOST is ${host}, which is not an address of this machine. Set HOST to one that is.`;
  }
  return `Port ${port} on ${host} cannot be opened (${code}). Set ${setting} or HOST to another.`;
}

function describeDatabase(databaseUrl: string): string {
  const { hostname, port, pathname, searchParams } = new URL(databaseUrl);
  const host = searchParams.get('host') ?? (hostname || 'localhost');
  return `the database "${pathname.slice(1)}" on ${host}, port ${port || '5432'},`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no reason given';
  // pg reports a refused connection on several addresses as an AggregateError without a message.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const message = first instanceof Error ? first.message : error.message;
  return (message || 'no reason given').split('\n')[0] ?? 'no reason given';
}

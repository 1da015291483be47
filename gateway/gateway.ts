/** The edge as a whole: state, four listeners, upstream, reports; started and stopped in the right order. */
import { randomBytes } from 'node:crypto';
import { type OpenAuthorizer, openAuthorizer } from '@/gateway/authorizer';
import { ConfigError, type GatewayConfig, LISTENERS, type ListenerPorts } from '@/gateway/config';
import { type Connections, connections } from '@/gateway/connections';
import { type DemoApi, startDemoApi } from '@/gateway/demo-api';
import { type Edge, endsConnection, judge } from '@/gateway/exchange';
import { upstreamOf } from '@/gateway/forwarder';
import { type HaproxyUpdater, haproxyUpdater } from '@/gateway/haproxy';
import { type OpenListener, openListener } from '@/gateway/listener';
import {
  type EdgeMetrics,
  edgeMetrics,
  type MetricsListener,
  openMetrics,
} from '@/gateway/metrics';
import { portalClient } from '@/gateway/portal-client';
import { reporter } from '@/gateway/reporter';
import {
  localServerIdentity,
  readServerIdentity,
  type ServerIdentity,
} from '@/gateway/server-identity';
import { messageOf, stateStore } from '@/gateway/state-store';
import { type Subscription, subscription } from '@/gateway/subscription';
import type { EdgeState } from '@/lib/edge/state';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { SECOND_MS } from '@/lib/kernel/time';

export type Gateway = {
  /** Zeros where the edge has no listeners of its own. */
  ports: Record<Environment, ListenerPorts>;
  /** Null: other proxies cannot ask over a port. */
  authorizerPort: number | null;
  /** Null: no metrics are told. */
  metricsPort: number | null;
  /** Null: no HAProxy is kept up to date. */
  haproxy: Pick<HaproxyUpdater, 'applied'> | null;
  /** The built-in API, when it is the upstream. */
  demoApi: DemoApi | null;
  /** Resolves once a state is held. */
  ready: Promise<void>;
  state(): EdgeState | null;
  /** Stops accepting, lets calls in flight finish for up to five seconds, then closes. */
  stop(): Promise<void>;
};

const GRACE_MS = 5 * SECOND_MS;

/** @throws ConfigError with one clear line when a port, file or directory cannot be used */
export async function startGateway(
  config: GatewayConfig,
  world: { nowMs(): number; log(line: string): void },
): Promise<Gateway> {
  const identities = config.listeners === 'on' ? await identitiesOf(config, world.nowMs()) : null;
  const builtIn = config.upstream === null && config.listeners === 'on';
  const secret = config.upstreamSecret ?? (builtIn ? randomSecret() : null);
  const demoApi = builtIn ? await demoApiFor(config, secret ?? '') : null;
  // Without listeners of its own an edge has nothing to pass on.
  const url = config.upstream ?? new URL(demoApi?.url ?? 'http://localhost');
  const open = connections();
  const { nowMs, log } = world;
  const client = portalClient(config);
  const store = stateStore(config.stateDir, log);
  const upstream = upstreamOf({
    url,
    timeoutMs: config.timeouts.upstreamMs,
    secret: secret === null ? null : { name: config.upstreamSecretHeader, value: secret },
  });
  const { ready, announce } = announcement();
  const appliedNumber = () => following.state()?.number ?? 0;
  const metrics = edgeMetrics({
    state: () => following.state(),
    nowMs,
    maxAgeSeconds: config.maxAgeSeconds,
    connections: open.all,
  });
  const reports = metrics.around(reporter({ send: client.report, appliedNumber }));
  const following: Subscription = subscription({
    client,
    store,
    ...world,
    onChange(touched, changes) {
      announce();
      closeDenied(edge, open, touched);
      haproxy?.take(changes);
    },
  });
  const { state } = following;
  const edge: Edge = {
    state,
    nowMs,
    policy: policyOf(config),
    sources: config.identitySources,
    upstream,
    reporter: reports,
  };
  const haproxy = updaterFor(config, { state, ...world });
  following.start();
  const opened: Opened = { listeners: [], authorizer: null, metrics: null };
  const stop = async () => {
    opened.metrics?.close();
    opened.authorizer?.close();
    await closeListeners(opened.listeners, open);
    await following.stop();
    await haproxy?.stop();
    await reports.stop();
    upstream.agent.destroy();
    return demoApi?.close();
  };
  const faces = await openAll({ config, edge, open, identities, log, opened, metrics }).catch(
    async (error: unknown) => {
      await stop();
      throw error;
    },
  );
  return { ...faces, haproxy, demoApi, ready, state, stop };
}

type Opened = {
  listeners: OpenListener[];
  authorizer: OpenAuthorizer | null;
  metrics: MetricsListener | null;
};

async function authorizerFor(
  config: GatewayConfig,
  edge: Edge,
  log: (line: string) => void,
): Promise<OpenAuthorizer | null> {
  const { port, socketPath } = config.authorizer;
  if (port === null && socketPath === null) return null;
  try {
    return await openAuthorizer({ ...config.authorizer, edge, log });
  } catch (error) {
    const where = [socketPath, port === null ? null : `port ${port}`].filter((one) => one !== null);
    throw new ConfigError(
      `the authorizer cannot listen on ${where.join(', ')}: ${messageOf(error)}`,
    );
  }
}

async function metricsListener(
  { metricsPort }: GatewayConfig,
  metrics: EdgeMetrics,
): Promise<MetricsListener | null> {
  if (metricsPort === null) return null;
  try {
    return await openMetrics(metrics, metricsPort);
  } catch (error) {
    throw new ConfigError(
      `cannot listen on 127.0.0.1:${metricsPort} (EDGE_METRICS_PORT): ${messageOf(error)}`,
    );
  }
}

function updaterFor(
  config: GatewayConfig,
  edge: { state(): EdgeState | null; nowMs(): number; log(line: string): void },
): HaproxyUpdater | null {
  const { haproxy, maxAgeSeconds } = config;
  return haproxy === null ? null : haproxyUpdater({ ...haproxy, ...edge, maxAgeSeconds });
}

function policyOf(config: GatewayConfig): Edge['policy'] {
  const { unnamed, maxAgeSeconds } = config;
  return { unnamed, maxAgeSeconds, hostnames: ['localhost', ...config.hostnames] };
}

function announcement(): { ready: Promise<void>; announce(): void } {
  let announce: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    announce = resolve;
  });
  return { ready, announce };
}

/** T15: a change reaches the connections that are open, not only the requests to come. */
function closeDenied(edge: Edge, open: Connections, touched: 'all' | readonly Uint8Array[]): void {
  for (const connection of open.touched(touched)) {
    const verdict = judge(edge, connection);
    if (verdict.allow) continue;
    const gone = verdict.code === 'certificate_revoked' || verdict.code === 'unknown_certificate';
    // A sandbox connection that never was allowed stays, to have each of its calls explained.
    if (endsConnection(connection, verdict.code) || (gone && connection.allowedBefore)) {
      for (const exchange of connection.inFlight) exchange.end();
      connection.socket.destroy();
    }
  }
}

async function openAll(input: {
  config: GatewayConfig;
  edge: Edge;
  open: Connections;
  identities: Record<Environment, ServerIdentity> | null;
  log(line: string): void;
  opened: Opened;
  metrics: EdgeMetrics;
}): Promise<Pick<Gateway, 'ports' | 'authorizerPort' | 'metricsPort'>> {
  const { config, edge, open, identities, log, opened, metrics } = input;
  opened.metrics = await metricsListener(config, metrics);
  const metricsPort = opened.metrics?.port ?? null;
  opened.authorizer = await authorizerFor(config, edge, log);
  const authorizerPort = opened.authorizer?.port ?? null;
  const { host, timeouts, maxHeaderBytes } = config;
  const ports = {
    production: { mtls: 0, standard: 0 },
    sandbox: { mtls: 0, standard: 0 },
  };
  if (identities === null) return { ports, authorizerPort, metricsPort };
  for (const place of LISTENERS) {
    const port = config.ports[place.environment][place.listener];
    const identity = identities[place.environment];
    const shared = { edge, connections: open, place, identity, host, port, timeouts };
    try {
      const listener = await openListener({ ...shared, maxHeaderBytes, log });
      ports[place.environment][place.listener] = listener.port;
      opened.listeners.push(listener);
    } catch (error) {
      throw new ConfigError(portFault(place, host, port, error));
    }
  }
  return { ports, authorizerPort, metricsPort };
}

function portFault(
  place: { environment: Environment; listener: string },
  host: string,
  port: number,
  error: unknown,
): string {
  const setting = `EDGE_${place.environment}_${place.listener}_PORT`.toUpperCase();
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') {
    return `port ${port} on ${host} is in use: stop what uses it, or set ${setting}`;
  }
  return `cannot listen on ${host}:${port} (${setting}): ${messageOf(error)}`;
}

async function closeListeners(
  listeners: readonly OpenListener[],
  open: Connections,
): Promise<void> {
  const deadline = Date.now() + GRACE_MS;
  for (const listener of listeners) listener.close();
  for (;;) {
    const busy = [...open.all()].filter((connection) => {
      if (connection.inFlight.size > 0) return true;
      connection.socket.end();
      return false;
    });
    if (busy.length === 0 || Date.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const connection of open.all()) connection.socket.destroy();
}

async function identitiesOf(
  config: GatewayConfig,
  nowMs: number,
): Promise<Record<Environment, ServerIdentity>> {
  const { stateDir, hostnames } = config;
  let local: ServerIdentity | null = null;
  const identities: Partial<Record<Environment, ServerIdentity>> = {};
  for (const environment of ENVIRONMENTS) {
    const files = config.tlsFiles[environment];
    if (files === null) local ??= await makeLocal({ stateDir, hostnames, nowMs });
    identities[environment] = files === null ? need(local) : readServerIdentity(files);
  }
  return { production: need(identities.production), sandbox: need(identities.sandbox) };
}

async function makeLocal(input: {
  stateDir: string;
  hostnames: readonly string[];
  nowMs: number;
}): Promise<ServerIdentity> {
  try {
    return await localServerIdentity(input);
  } catch (error) {
    throw new ConfigError(`EDGE_STATE_DIR ${input.stateDir}: ${messageOf(error)}`);
  }
}

function need(identity: ServerIdentity | null | undefined): ServerIdentity {
  if (identity === null || identity === undefined) throw new Error('no server certificate');
  return identity;
}

function demoApiFor(config: GatewayConfig, edgeSecret: string): Promise<DemoApi> {
  return startDemoApi({
    clientsFile: config.demoClientsFile,
    edgeSecret,
    edgeSecretHeader: config.upstreamSecretHeader,
    host: '127.0.0.1',
    port: 0,
  });
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

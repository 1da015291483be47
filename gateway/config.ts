import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { HaproxyTarget } from '@/gateway/haproxy';
import { IDENTITY_SOURCES } from '@/lib/edge/identity';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { telemetrySettings } from '@/lib/telemetry/settings';

/** A setting that is missing or wrong: one line for the person who starts the edge. */
export class ConfigError extends Error {}

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);
const milliseconds = (fallback: number) => z.coerce.number().int().min(1).default(fallback);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const httpUrl = z.url({ protocol: /^https?$/ }).transform((text) => new URL(text));
const optional = z.string().min(1).optional();

const Settings = z.object({
  PORTAL_URL: httpUrl,
  EDGE_TOKEN: optional,
  EDGE_TOKEN_FILE: optional,
  EDGE_STATE_DIR: z.string().min(1),
  HOST: z.string().min(1).default('127.0.0.1'),
  EDGE_PRODUCTION_MTLS_PORT: port(8443),
  EDGE_PRODUCTION_STANDARD_PORT: port(8444),
  EDGE_SANDBOX_MTLS_PORT: port(9443),
  EDGE_SANDBOX_STANDARD_PORT: port(9444),
  EDGE_LISTENERS: z.enum(['on', 'off']).default('on'),
  EDGE_AUTHORIZER_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  EDGE_AUTHORIZER_SECRET: optional,
  EDGE_AUTHORIZER_SECRET_FILE: optional,
  EDGE_AUTHORIZER_SOCKET: optional,
  EDGE_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  EDGE_HAPROXY_SOCKET: optional,
  EDGE_HAPROXY_MAP: z.string().min(1).default('/etc/haproxy/countersign.map'),
  EDGE_HAPROXY_LEASE: z.coerce.number().int().min(10).default(600),
  EDGE_UPSTREAM: httpUrl.optional(),
  EDGE_UPSTREAM_SECRET: optional,
  EDGE_UPSTREAM_SECRET_FILE: optional,
  EDGE_UPSTREAM_SECRET_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .default('X-Edge-Secret'),
  EDGE_DEMO_CLIENTS_FILE: optional,
  EDGE_UNNAMED: z.enum(['refuse', 'pass']).default('refuse'),
  EDGE_IDENTITY_SOURCES: list
    .pipe(z.array(z.enum(IDENTITY_SOURCES)).min(1))
    .default([...IDENTITY_SOURCES]),
  EDGE_HOSTNAMES: list.default([]),
  SNAPSHOT_MAX_AGE: z.coerce.number().int().min(1).default(86_400),
  EDGE_TLS_CERT_FILE: optional,
  EDGE_TLS_KEY_FILE: optional,
  EDGE_PRODUCTION_TLS_CERT_FILE: optional,
  EDGE_PRODUCTION_TLS_KEY_FILE: optional,
  EDGE_SANDBOX_TLS_CERT_FILE: optional,
  EDGE_SANDBOX_TLS_KEY_FILE: optional,
  EDGE_HEADER_TIMEOUT_MS: milliseconds(10_000),
  EDGE_IDLE_TIMEOUT_MS: milliseconds(60_000),
  EDGE_UPSTREAM_TIMEOUT_MS: milliseconds(30_000),
  EDGE_MAX_HEADER_BYTES: z.coerce.number().int().min(1024).max(1_048_576).default(16_384),
  ...telemetrySettings,
});

export type TlsFiles = { certFile: string; keyFile: string };
export type ListenerPorts = { mtls: number; standard: number };

/** Null: not offered there. A port comes with a secret. */
export type AuthorizerConfig = {
  port: number | null;
  secret: string | null;
  socketPath: string | null;
};

export type GatewayConfig = {
  portalUrl: URL;
  token: string;
  stateDir: string;
  host: string;
  /** `off`: other proxies ask this edge, and it has no listeners of its own. */
  listeners: 'on' | 'off';
  ports: Record<Environment, ListenerPorts>;
  authorizer: AuthorizerConfig;
  /** On 127.0.0.1; null: no metrics are told. */
  metricsPort: number | null;
  /** Null: no HAProxy is kept up to date. */
  haproxy: HaproxyTarget | null;
  /** Null: the built-in demo API. */
  upstream: URL | null;
  /** Null: none is sent to a configured upstream; one is made for the built-in API. */
  upstreamSecret: string | null;
  upstreamSecretHeader: string;
  demoClientsFile: string;
  unnamed: 'refuse' | 'pass';
  identitySources: (typeof IDENTITY_SOURCES)[number][];
  hostnames: string[];
  maxAgeSeconds: number;
  /** Null: a certificate of the edge's own small CA is made in the state directory. */
  tlsFiles: Record<Environment, TlsFiles | null>;
  timeouts: { headerMs: number; idleMs: number; upstreamMs: number };
  maxHeaderBytes: number;
};

/**
 * The settings of an edge, whole or not at all.
 * @throws ConfigError with one line naming every setting that is wrong
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): GatewayConfig {
  // An empty variable is one that was not set: that is how shells and unit files leave things out.
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Settings.safeParse(present);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(faults.join('; '));
  }
  const settings = parsed.data;
  const token = secretOf('EDGE_TOKEN', settings.EDGE_TOKEN, settings.EDGE_TOKEN_FILE);
  if (token === null) throw new ConfigError('EDGE_TOKEN or EDGE_TOKEN_FILE: one is required');
  return {
    portalUrl: settings.PORTAL_URL,
    token,
    stateDir: settings.EDGE_STATE_DIR,
    host: settings.HOST,
    ports: {
      production: {
        mtls: settings.EDGE_PRODUCTION_MTLS_PORT,
        standard: settings.EDGE_PRODUCTION_STANDARD_PORT,
      },
      sandbox: {
        mtls: settings.EDGE_SANDBOX_MTLS_PORT,
        standard: settings.EDGE_SANDBOX_STANDARD_PORT,
      },
    },
    listeners: settings.EDGE_LISTENERS,
    authorizer: authorizerOf(settings),
    metricsPort: settings.EDGE_METRICS_PORT ?? null,
    haproxy:
      settings.EDGE_HAPROXY_SOCKET === undefined
        ? null
        : {
            socketPath: settings.EDGE_HAPROXY_SOCKET,
            mapFile: settings.EDGE_HAPROXY_MAP,
            leaseSeconds: settings.EDGE_HAPROXY_LEASE,
          },
    upstream: settings.EDGE_UPSTREAM ?? null,
    upstreamSecret: secretOf(
      'EDGE_UPSTREAM_SECRET',
      settings.EDGE_UPSTREAM_SECRET,
      settings.EDGE_UPSTREAM_SECRET_FILE,
    ),
    upstreamSecretHeader: settings.EDGE_UPSTREAM_SECRET_HEADER,
    demoClientsFile:
      settings.EDGE_DEMO_CLIENTS_FILE ?? join(settings.EDGE_STATE_DIR, 'demo-clients.json'),
    unnamed: settings.EDGE_UNNAMED,
    identitySources: settings.EDGE_IDENTITY_SOURCES,
    hostnames: settings.EDGE_HOSTNAMES,
    maxAgeSeconds: settings.SNAPSHOT_MAX_AGE,
    tlsFiles: tlsFilesOf(settings),
    timeouts: {
      headerMs: settings.EDGE_HEADER_TIMEOUT_MS,
      idleMs: settings.EDGE_IDLE_TIMEOUT_MS,
      upstreamMs: settings.EDGE_UPSTREAM_TIMEOUT_MS,
    },
    maxHeaderBytes: settings.EDGE_MAX_HEADER_BYTES,
  };
}

function authorizerOf(settings: z.infer<typeof Settings>): AuthorizerConfig {
  const port = settings.EDGE_AUTHORIZER_PORT ?? null;
  const socketPath = settings.EDGE_AUTHORIZER_SOCKET ?? null;
  const secret = secretOf(
    'EDGE_AUTHORIZER_SECRET',
    settings.EDGE_AUTHORIZER_SECRET,
    settings.EDGE_AUTHORIZER_SECRET_FILE,
  );
  if (port !== null && secret === null) {
    throw new ConfigError(
      'EDGE_AUTHORIZER_PORT: set EDGE_AUTHORIZER_SECRET too, or use EDGE_AUTHORIZER_SOCKET; anyone on this machine could ask',
    );
  }
  const asked = port !== null || socketPath !== null || settings.EDGE_HAPROXY_SOCKET !== undefined;
  if (settings.EDGE_LISTENERS === 'off' && !asked) {
    throw new ConfigError(
      'EDGE_LISTENERS=off: set EDGE_AUTHORIZER_SOCKET, EDGE_AUTHORIZER_PORT or EDGE_HAPROXY_SOCKET, or this edge decides nothing',
    );
  }
  return { port, secret, socketPath };
}

function tlsFilesOf(settings: z.infer<typeof Settings>): Record<Environment, TlsFiles | null> {
  const both: [Environment, string | undefined, string | undefined][] = [
    ['production', settings.EDGE_PRODUCTION_TLS_CERT_FILE, settings.EDGE_PRODUCTION_TLS_KEY_FILE],
    ['sandbox', settings.EDGE_SANDBOX_TLS_CERT_FILE, settings.EDGE_SANDBOX_TLS_KEY_FILE],
  ];
  const files: Record<Environment, TlsFiles | null> = { production: null, sandbox: null };
  for (const [environment, ownCert, ownKey] of both) {
    const certFile = ownCert ?? (ownKey === undefined ? settings.EDGE_TLS_CERT_FILE : undefined);
    const keyFile = ownKey ?? (ownCert === undefined ? settings.EDGE_TLS_KEY_FILE : undefined);
    if (certFile === undefined && keyFile === undefined) continue;
    if (certFile === undefined || keyFile === undefined) {
      throw new ConfigError(`${environment}: set both the TLS certificate file and the key file`);
    }
    files[environment] = { certFile, keyFile };
  }
  return files;
}

function secretOf(
  name: string,
  value: string | undefined,
  file: string | undefined,
): string | null {
  if (value !== undefined && file !== undefined) {
    throw new ConfigError(`${name} and ${name}_FILE are both set: set one`);
  }
  const secret = file === undefined ? value : readSecret(name, file);
  if (secret === undefined) return null;
  if (!/^[\x21-\x7e]+$/.test(secret)) {
    throw new ConfigError(`${name}: printable ASCII without spaces is wanted`);
  }
  return secret;
}

function readSecret(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new ConfigError(`${name}_FILE: ${file} cannot be read`);
  }
}

export const LISTENERS = ENVIRONMENTS.flatMap((environment) =>
  (['mtls', 'standard'] as const).map((listener) => ({ environment, listener })),
);

/** The settings of a portal, read from the environment once, whole or not at all. */
import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { telemetrySettings } from '@/lib/telemetry/settings';
import { addressList } from './address-list';
import { type ApiLimits, apiLimits, apiSettings } from './api-env';
import { type MetricsAccess, metricsAccess, metricsSettings } from './metrics-env';
import { SettingsError, SIGN_IN_SETTINGS, type SignInEnv, signInEnv } from './sign-in-env';

export { SettingsError };

export type ListenerPorts = { readonly mtls: number; readonly standard: number };
export type EdgeAddresses = { readonly mtlsUrl: string; readonly standardUrl: string };

/** What a customer's firewall has to know of one environment: CIDR ranges, both lists possibly empty. */
export type FirewallRanges = {
  readonly ingress: readonly string[];
  readonly egress: readonly string[];
};

export type PortalEnv = SignInEnv & {
  /** Absolute. */
  readonly dataDir: string;
  /** Null: the embedded database in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Whether rows to try the product with are seeded, and everything stays on loopback. */
  readonly demo: boolean;
  /** The address that listeners bind to. */
  readonly host: string;
  readonly port: number;
  readonly edgePorts: Readonly<Record<Environment, ListenerPorts>>;
  /** Origin under which browsers and robots reach the portal; no trailing slash. */
  readonly publicUrl: string;
  /** Addresses and CIDR ranges whose forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly providerName: string;
  /** Seals the portal's secrets in the database. Null: a generated one in `dataDir`, for trying only. */
  readonly portalPassphrase: string | null;
  /** Origin of the addresses of CRL and OCSP in certificates; no trailing slash. */
  readonly pkiUrl: string;
  readonly signer: { readonly socket: string | null; readonly secret: string | null };
  /** Null: no edge of that environment was named, so customers are shown no address for it. */
  readonly edges: Record<Environment, EdgeAddresses | null>;
  /** smtp:// or smtps://, or null: mails are files in `dataDir`. */
  readonly mail: { readonly smtpUrl: string | null; readonly from: string };
  /** Absolute; the CA of an edge's own certificate. Null: customers' machines trust it already. */
  readonly serverCaFiles: Record<Environment, string | null>;
  /** Where edges listen, and where webhooks come from, as customers are told. */
  readonly firewall: Record<Environment, FirewallRanges>;
  readonly apiLimits: ApiLimits;
  readonly metrics: MetricsAccess;
  /** Absolute; sorted SHA-256 digests of public keys that are never taken. Null: no list. */
  readonly weakKeysFile: string | null;
  /** Counts of calls and refused calls are kept for so many days. */
  readonly activityRetentionDays: number;
};

const DEFAULT_PORTS = {
  PORT: 3000,
  EDGE_PRODUCTION_MTLS_PORT: 8443,
  EDGE_PRODUCTION_STANDARD_PORT: 8444,
  EDGE_SANDBOX_MTLS_PORT: 9443,
  EDGE_SANDBOX_STANDARD_PORT: 9444,
} as const;
type PortName = keyof typeof DEFAULT_PORTS;

// Pages show the last 30 days.
const MIN_RETENTION_DAYS = 30;
const DEFAULT_RETENTION_DAYS = 90;
// A shorter passphrase could be guessed offline by whoever copies the database.
const MIN_PASSPHRASE_LENGTH = 8;

const text = z.string().trim().min(1).optional();
const flag = z.enum(['0', '1'], { error: 'write 1 or 0' }).optional();
const port = z
  .string()
  .regex(/^\d{1,5}$/, 'write a port number from 1 to 65535')
  .transform(Number)
  .refine((value) => value >= 1 && value <= 65_535, 'write a port number from 1 to 65535')
  .optional();
const url = z.url({ protocol: /^https?$/, error: 'write an http or https address' }).optional();

const ranges = text.transform((value, context): readonly string[] => {
  try {
    return addressList(value ?? '');
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : 'not a list of addresses');
    return z.NEVER;
  }
});

const Settings = z.object({
  PORT: port,
  EDGE_PRODUCTION_MTLS_PORT: port,
  EDGE_PRODUCTION_STANDARD_PORT: port,
  EDGE_SANDBOX_MTLS_PORT: port,
  EDGE_SANDBOX_STANDARD_PORT: port,
  EDGE_PRODUCTION_MTLS_URL: url,
  EDGE_PRODUCTION_STANDARD_URL: url,
  EDGE_SANDBOX_MTLS_URL: url,
  EDGE_SANDBOX_STANDARD_URL: url,
  EDGE_PRODUCTION_SERVER_CA_FILE: text,
  EDGE_SANDBOX_SERVER_CA_FILE: text,
  EDGE_PRODUCTION_INGRESS: ranges,
  EDGE_SANDBOX_INGRESS: ranges,
  WEBHOOK_PRODUCTION_EGRESS: ranges,
  WEBHOOK_SANDBOX_EGRESS: ranges,
  DATA_DIR: text,
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'write postgresql://user:password@host:port/database')
    .refine((value) => URL.canParse(value), 'this is not an address that can be parsed')
    .optional(),
  DEMO: flag,
  HOST: text,
  PUBLIC_URL: url,
  TRUSTED_PROXIES: text,
  PKI_URL: url,
  SIGNER_SOCKET: text,
  SIGNER_SECRET: z.string().min(16, 'at least 16 characters').optional(),
  PROVIDER_NAME: z.string().trim().min(1).max(64, 'at most 64 characters').optional(),
  PORTAL_PASSPHRASE: z
    .string()
    .min(MIN_PASSPHRASE_LENGTH, `at least ${MIN_PASSPHRASE_LENGTH} characters`)
    .optional(),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'write smtp://user:password@host:port, or smtps://' })
    .refine((value) => !/[?#]/.test(value), 'no options are taken after ? or #')
    .optional(),
  WEAK_KEYS_FILE: text,
  MAIL_FROM: z
    .string()
    .regex(
      /^[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>$|^[^<>@\s]+@[^<>@\s]+$/,
      'write an address, or Name <address>',
    )
    .optional(),
  ...apiSettings,
  ...metricsSettings,
  ...telemetrySettings,
  ...SIGN_IN_SETTINGS,
  ACTIVITY_RETENTION_DAYS: z.coerce
    .number(`write a number of days, at least ${MIN_RETENTION_DAYS}`)
    .int(`write a number of days, at least ${MIN_RETENTION_DAYS}`)
    .min(MIN_RETENTION_DAYS, `write a number of days, at least ${MIN_RETENTION_DAYS}`)
    .default(DEFAULT_RETENTION_DAYS),
});
type Settings = z.infer<typeof Settings>;

/**
 * @returns the settings, defaults filled in
 * @throws SettingsError with one line naming every setting that is wrong; no value of a secret is in it
 */
export function portalEnv(env: Readonly<Record<string, string | undefined>>): PortalEnv {
  // An empty variable is one that was not set: that is how shells and unit files leave things out.
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Settings.safeParse(present);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new SettingsError(`${[...new Set(faults)].join('; ')}.`);
  }
  const settings = parsed.data;
  const ports = distinctPorts(settings);
  const edgePorts = {
    production: {
      mtls: ports.EDGE_PRODUCTION_MTLS_PORT,
      standard: ports.EDGE_PRODUCTION_STANDARD_PORT,
    },
    sandbox: { mtls: ports.EDGE_SANDBOX_MTLS_PORT, standard: ports.EDGE_SANDBOX_STANDARD_PORT },
  };
  const embedded = settings.DATABASE_URL === undefined;
  const demo = settings.DEMO === undefined ? embedded : settings.DEMO === '1';
  const publicUrl = publicUrlOf(settings.PUBLIC_URL ?? `http://localhost:${ports.PORT}`);
  const host = settings.HOST ?? (demo ? '127.0.0.1' : '0.0.0.0');
  return {
    dataDir: resolve(settings.DATA_DIR ?? '.data'),
    databaseUrl: settings.DATABASE_URL ?? null,
    demo,
    host,
    port: ports.PORT,
    edgePorts,
    publicUrl,
    trustedProxies: trustedProxiesOf(settings.TRUSTED_PROXIES ?? ''),
    providerName: settings.PROVIDER_NAME ?? 'Demo Provider',
    portalPassphrase: settings.PORTAL_PASSPHRASE ?? null,
    pkiUrl: origin(settings.PKI_URL ?? publicUrl),
    signer: {
      socket: absolute(settings.SIGNER_SOCKET),
      secret: settings.SIGNER_SECRET ?? null,
    },
    edges: edgeAddresses(settings, demo ? edgePorts : null),
    mail: mailSettings(settings),
    serverCaFiles: {
      production: absolute(settings.EDGE_PRODUCTION_SERVER_CA_FILE),
      sandbox: absolute(settings.EDGE_SANDBOX_SERVER_CA_FILE),
    },
    firewall: firewallRanges(settings, demo && isLoopbackHost(host) ? host : null),
    apiLimits: apiLimits(settings),
    metrics: metricsAccess(settings),
    ...signInEnv(settings),
    weakKeysFile: absolute(settings.WEAK_KEYS_FILE),
    activityRetentionDays: settings.ACTIVITY_RETENTION_DAYS,
  };
}

/** Whether a URL's host name can only be this machine. */
export function isLoopbackHost(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}

function distinctPorts(settings: Settings): Record<PortName, number> {
  const ports = {
    PORT: settings.PORT ?? DEFAULT_PORTS.PORT,
    EDGE_PRODUCTION_MTLS_PORT:
      settings.EDGE_PRODUCTION_MTLS_PORT ?? DEFAULT_PORTS.EDGE_PRODUCTION_MTLS_PORT,
    EDGE_PRODUCTION_STANDARD_PORT:
      settings.EDGE_PRODUCTION_STANDARD_PORT ?? DEFAULT_PORTS.EDGE_PRODUCTION_STANDARD_PORT,
    EDGE_SANDBOX_MTLS_PORT: settings.EDGE_SANDBOX_MTLS_PORT ?? DEFAULT_PORTS.EDGE_SANDBOX_MTLS_PORT,
    EDGE_SANDBOX_STANDARD_PORT:
      settings.EDGE_SANDBOX_STANDARD_PORT ?? DEFAULT_PORTS.EDGE_SANDBOX_STANDARD_PORT,
  };
  const firstUse = new Map<number, string>();
  for (const [name, value] of Object.entries(ports)) {
    const other = firstUse.get(value);
    if (other !== undefined) {
      throw new SettingsError(
        `${other} and ${name} are both ${value}. Give each listener a port of its own.`,
      );
    }
    firstUse.set(value, name);
  }
  return ports;
}

function publicUrlOf(value: string): string {
  const parsed = new URL(value);
  if (parsed.username || parsed.password || parsed.search || parsed.hash || parsed.pathname !== '/')
    throw new SettingsError(
      'PUBLIC_URL: write scheme, host and port only, such as https://certificates.example.com.',
    );
  if (parsed.protocol === 'http:' && !isLoopbackHost(parsed.hostname)) {
    throw new SettingsError(
      `PUBLIC_URL is ${parsed.origin}: plain http carries passwords and API keys in the clear. Use https there, or localhost for trying.`,
    );
  }
  return parsed.origin;
}

function trustedProxiesOf(value: string): string[] {
  const entries = value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  for (const entry of entries) {
    if (!isAddressOrRange(entry)) {
      throw new SettingsError(
        `TRUSTED_PROXIES: "${entry}" is neither an IP address nor a range such as 10.0.0.0/8.`,
      );
    }
  }
  return entries;
}

function isAddressOrRange(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  if (!/^\d{1,3}$/.test(prefix)) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix), version === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}

function edgeAddresses(
  settings: Settings,
  local: Record<Environment, ListenerPorts> | null,
): Record<Environment, EdgeAddresses | null> {
  const given: Record<Environment, [string | undefined, string | undefined]> = {
    production: [settings.EDGE_PRODUCTION_MTLS_URL, settings.EDGE_PRODUCTION_STANDARD_URL],
    sandbox: [settings.EDGE_SANDBOX_MTLS_URL, settings.EDGE_SANDBOX_STANDARD_URL],
  };
  const edges: Record<Environment, EdgeAddresses | null> = { production: null, sandbox: null };
  for (const environment of ENVIRONMENTS) {
    const [mtlsUrl, standardUrl] = given[environment];
    if (mtlsUrl !== undefined && standardUrl !== undefined) {
      edges[environment] = { mtlsUrl: origin(mtlsUrl), standardUrl: origin(standardUrl) };
    } else if (mtlsUrl !== undefined || standardUrl !== undefined) {
      const prefix = `EDGE_${environment.toUpperCase()}`;
      throw new SettingsError(
        `Set both ${prefix}_MTLS_URL and ${prefix}_STANDARD_URL, or neither.`,
      );
    } else if (local !== null) {
      edges[environment] = localAddresses(local[environment]);
    }
  }
  return edges;
}

/** @param local the address on which the demo's edges listen, and which nothing outside reaches */
function firewallRanges(
  settings: Settings,
  local: string | null,
): Record<Environment, FirewallRanges> {
  const listening = local !== null && isIP(local) !== 0 ? addressList(local) : [];
  const or = (given: readonly string[]) => (given.length > 0 ? given : listening);
  return {
    production: {
      ingress: or(settings.EDGE_PRODUCTION_INGRESS),
      egress: settings.WEBHOOK_PRODUCTION_EGRESS,
    },
    sandbox: {
      ingress: or(settings.EDGE_SANDBOX_INGRESS),
      egress: settings.WEBHOOK_SANDBOX_EGRESS,
    },
  };
}

function localAddresses({ mtls, standard }: ListenerPorts): EdgeAddresses {
  return { mtlsUrl: `https://localhost:${mtls}`, standardUrl: `https://localhost:${standard}` };
}

function mailSettings({ SMTP_URL, MAIL_FROM }: Settings): PortalEnv['mail'] {
  if (SMTP_URL !== undefined && MAIL_FROM === undefined) {
    throw new SettingsError('SMTP_URL is set without MAIL_FROM: write whom the mails come from.');
  }
  return { smtpUrl: SMTP_URL ?? null, from: MAIL_FROM ?? 'Countersign <notices@localhost>' };
}

function absolute(path: string | undefined): string | null {
  return path === undefined ? null : resolve(path);
}

function origin(value: string): string {
  return value.replace(/\/+$/, '');
}

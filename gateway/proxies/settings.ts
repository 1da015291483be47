import type { ListenerPorts } from '@/gateway/config';
import type { IdentitySource } from '@/lib/edge/identity';
import type { Environment } from '@/lib/kernel/environments';

/** What a printed configuration is made from: places of this machine, nothing that decides. */
export type ProxySettings = {
  /** Where the proxy listens. */
  address: string;
  ports: Record<Environment, ListenerPorts>;
  /** PEM: the server's certificate with its chain. */
  certFile: string;
  keyFile: string;
  /** The API, `host:port`, plain HTTP on a network of its own. */
  upstream: string;
  authorizer: AuthorizerAddress;
  /** HAProxy's runtime socket, and the file that its map starts from. */
  haproxySocket: string;
  haproxyMap: string;
  /** HAProxy: the header with which the proxy proves itself to the API; its value comes from EDGE_UPSTREAM_SECRET. */
  secretHeader: string;
  /** The names under which clients without a TLS server name may call. */
  hostnames: readonly string[];
  sources: readonly IdentitySource[];
  /** nginx: names of further request headers that the API wants. */
  forward: readonly string[];
  /** Logs, pid and temporary files. */
  runDir: string;
  /** nginx: whether an answer is used again within the second in which it was given. */
  cache: 'on' | 'off';
};

export type AuthorizerAddress =
  | { socketPath: string }
  /** nginx: a file with the line that sends the secret. Caddy and Envoy read EDGE_AUTHORIZER_SECRET. */
  | { port: number; secretFile: string };

/** One for each listener, in the order in which people are shown them. */
export type Place = { environment: Environment; listener: 'mtls' | 'standard'; port: number };

export function placesOf({ ports }: Pick<ProxySettings, 'ports'>): Place[] {
  return (['production', 'sandbox'] as const).flatMap((environment) =>
    (['mtls', 'standard'] as const).map((listener) => ({
      environment,
      listener,
      port: ports[environment][listener],
    })),
  );
}

/**
 * Schemes of Authorization that name an API client and are not looked at: the API must not see them, or it could take
 * the caller for somebody else. A group for a regular expression; null when every scheme is looked at.
 */
export function unreadSchemes({ sources }: Pick<ProxySettings, 'sources'>): string | null {
  const unread = (['basic', 'apikey'] as const).filter((scheme) => !sources.includes(scheme));
  return unread.length === 0 ? null : `(${unread.join('|')})`;
}

/** Indents every line but empty ones. */
export function indented(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}

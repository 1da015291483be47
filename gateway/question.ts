/**
 * What a proxy asks its authorizer about one call. Environment and listener are in the path, which only the proxy's
 * configuration writes; the four headers below it writes too, over whatever a client sent; all others are the
 * client's own, as they came.
 */
import { isIP } from 'node:net';
import type { Connection } from '@/gateway/connections';
import type { LeafReader } from '@/gateway/leaf-header';
import type { Listener } from '@/lib/edge/decide';
import type { HeaderLine } from '@/lib/edge/headers';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { networkOf } from '@/lib/kernel/network';

/** `auth_request`: nginx, which understands 2xx, 401 and 403 and passes no body on. */
export type Manner = 'plain' | 'auth_request';

export type Question = Pick<
  Connection,
  'environment' | 'listener' | 'leaf' | 'sni' | 'tlsVersion' | 'sourceAddress' | 'network'
> & {
  httpVersion: string;
  host: string | null;
  lines: readonly HeaderLine[];
};

export type Place = { manner: Manner; environment: Environment; listener: Listener };

/** `unclear` is for whoever configured the proxy: a client cannot cause it. */
export type Asked = Question | { unclear: string };

export const QUESTION_HEADERS = {
  /** The proof that a proxy asks, where other users of the machine could ask too. */
  secret: 'X-Authorize-Secret',
  /** `TLSv1.3 HTTP/1.1 api.example`: TLS version, HTTP version, TLS server name (`-` or nothing: none). */
  connection: 'X-Authorize-Connection',
  /** The client's address. */
  source: 'X-Authorize-Source',
  /** The leaf: RFC 9440, or nginx's escaped PEM; empty or absent: none. */
  leaf: 'Client-Cert',
  /** The proxy's id of the call, `req_` and 32 hexadecimal digits; anything else is replaced. */
  requestId: 'X-Request-Id',
} as const;

const PATHS: Record<Manner, string> = { plain: '/authorize', auth_request: '/auth-request' };

const PLACES: ReadonlyMap<string, Place> = new Map(
  ENVIRONMENTS.flatMap((environment) =>
    (['mtls', 'standard'] as const).flatMap((listener) =>
      (['plain', 'auth_request'] as const).map((manner) => {
        const place: Place = { manner, environment, listener };
        return [pathOf(place), place] as const;
      }),
    ),
  ),
);

/** The path that a proxy's configuration asks for the calls of one listener. */
export function pathOf({ manner, environment, listener }: Place): string {
  return `${PATHS[manner]}/${environment}/${listener}`;
}

/** Where the proxy's configuration says that the call arrived. Envoy adds the client's path behind: it is not read. */
export function placeOf(target: string): Place | null {
  const exact = PLACES.get(target);
  if (exact !== undefined) return exact;
  const start = /^\/[a-z-]+\/[a-z]+\/[a-z]+(?=[/?])/.exec(target);
  return start === null ? null : (PLACES.get(start[0]) ?? null);
}

/**
 * The facts of one subrequest. Missing, repeated or contradictory ones make it unclear.
 * @param lines names in lower case
 */
export function questionOf(lines: readonly HeaderLine[], place: Place, leaves: LeafReader): Asked {
  const found = factsIn(lines);
  if ('unclear' in found) return found;
  const connection = CONNECTION.exec(found.connection ?? '');
  if (connection === null) return unclear(QUESTION_HEADERS.connection);
  const [, tls = '', http = '', sni = ''] = connection;
  const sourceAddress = found.source?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  if (isIP(sourceAddress) === 0) return unclear(QUESTION_HEADERS.source);
  const leaf = found.leaf === null ? 'none' : leaves(found.leaf);
  // A leaf where none is asked for: the listeners are mixed up.
  if (leaf === 'unreadable' || (leaf !== 'none' && place.listener === 'standard')) {
    return unclear(QUESTION_HEADERS.leaf);
  }
  return {
    environment: place.environment,
    listener: place.listener,
    leaf: leaf === 'none' ? null : leaf,
    sni: sni === '' || sni === '-' ? null : sni,
    tlsVersion: `TLSv${tls}`,
    httpVersion: http === '2.0' ? '2' : http,
    sourceAddress,
    network: networkOf(sourceAddress),
    host: found.host,
    lines,
  };
}

/** nginx and Envoy say TLSv1.3, Caddy tls1.3. */
const CONNECTION = /^tlsv?(1\.[0-3]) HTTP\/(1\.0|1\.1|2(?:\.0)?|3(?:\.0)?)(?: ([^\s]*))?$/i;

type Facts = Record<'connection' | 'source' | 'leaf' | 'host', string | null>;

const FACT_OF: ReadonlyMap<string, keyof Facts> = new Map([
  [QUESTION_HEADERS.connection.toLowerCase(), 'connection'],
  [QUESTION_HEADERS.source.toLowerCase(), 'source'],
  [QUESTION_HEADERS.leaf.toLowerCase(), 'leaf'],
  ['host', 'host'],
]);

function factsIn(lines: readonly HeaderLine[]): Facts | { unclear: string } {
  const facts: Facts = { connection: null, source: null, leaf: null, host: null };
  for (const { name, value } of lines) {
    const fact = FACT_OF.get(name);
    if (fact === undefined) continue;
    // A second one could be the client's.
    if (facts[fact] !== null) return unclear(name);
    facts[fact] = value;
  }
  return facts;
}

function unclear(header: string): { unclear: string } {
  return { unclear: `${header} is missing, repeated or not as the printed configuration sends it` };
}

/**
 * Which headers cross the edge. What the upstream learns about a caller's certificate and account comes from
 * `writtenHeaders` alone; whatever the client sent that looks like it is dropped first (row T18).
 */

import type { Listener } from '@/lib/edge/decide';
import { authorizationSource, IDENTITY_SOURCES, type IdentitySource } from '@/lib/edge/identity';
import type { Environment } from '@/lib/kernel/environments';

export type HeaderLine = { name: string; value: string };

/** Headers that speak about this hop only, with or without Connection naming them. @see RFC 9110, 7.6.1 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
]);

/** What proxies and TLS terminators call the facts they add, lower case. An upstream may believe any of these. */
export const ADDED_BY_PROXIES: ReadonlySet<string> = new Set([
  'forwarded',
  'via',
  'host',
  'x-request-id',
  'x-real-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'x-original-host',
  'x-original-url',
  'x-rewrite-url',
  'x-arr-clientcert',
  'x-verified-client',
  'x-subject-dn',
  'x-issuer-dn',
  'x-remote-user',
  'remote-user',
  'x-user-cert',
  'x-peer-cert',
]);

/** The same by how names begin. */
export const PREFIXES_ADDED_BY_PROXIES = [
  'x-mtls',
  'mtls',
  'x-edge-',
  'x-authorize-',
  'client-cert',
  'x-client-cert',
  'x-client-dn',
  'x-client-s-dn',
  'x-client-i-dn',
  'x-client-verify',
  'x-client-serial',
  'x-client-fingerprint',
  'x-client-subject',
  'x-client-issuer',
  'x-client-ssl',
  'x-client-tls',
  'x-ssl',
  'ssl-',
  'x-tls',
  'tls-',
  'x-forwarded-',
  'x-amzn-mtls-',
  'x-amzn-tls-',
  'cf-cert-',
  'cf-client-',
  'cert-',
  'x-cert-',
  'x-certificate-',
  'x-apigw-',
] as const;

/** A name with an underscore or a dot becomes the name with a hyphen in CGI-like upstreams: it does not cross. */
const PLAIN_NAME = /^[A-Za-z0-9-]+$/;

/**
 * The client's header lines that may go to the upstream, in their order. Credentials of configured identity sources
 * stay, as the upstream checks passwords; those of sources that are not configured go, or the upstream could take a
 * caller for someone the edge did not look at.
 * @param options.secretHeader the header with which the edge authenticates itself, lower case
 */
export function forwardedHeaders(
  lines: readonly HeaderLine[],
  options: { sources: readonly IdentitySource[]; secretHeader: string },
): HeaderLine[] {
  const listed = connectionListed(lines);
  return lines.filter(({ name, value }) => {
    const lower = name.toLowerCase();
    if (!PLAIN_NAME.test(name) || lower === options.secretHeader) return false;
    if (HOP_BY_HOP.has(lower) || ADDED_BY_PROXIES.has(lower)) return false;
    if (PREFIXES_ADDED_BY_PROXIES.some((prefix) => lower.startsWith(prefix))) return false;
    // Connection may list hop-by-hop headers only; credentials and lengths it cannot take away (CVE-2024-45410).
    if (listed.has(lower) && !END_TO_END.has(lower)) return false;
    const source =
      lower === 'authorization'
        ? authorizationSource(value)
        : IDENTITY_SOURCES.find((candidate) => candidate === lower);
    return source === null || source === undefined || options.sources.includes(source);
  });
}

const END_TO_END: ReadonlySet<string> = new Set([
  'authorization',
  'client-id',
  'x-auth-client',
  'content-length',
  'content-type',
  'content-encoding',
  'cookie',
]);

/** The header lines of an upstream's reply that may go to the client. */
export function returnedHeaders(
  lines: readonly HeaderLine[],
  options: { secretHeader: string },
): HeaderLine[] {
  const listed = connectionListed(lines);
  return lines.filter(({ name }) => {
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || lower === 'x-request-id' || lower === options.secretHeader) {
      return false;
    }
    return !listed.has(lower) || lower === 'content-length';
  });
}

/** What the edge tells the upstream about a call that it allowed. Instants are seconds since 1970. */
export type CallFacts = {
  requestId: string;
  environment: Environment;
  listener: Listener;
  accountId: string | null;
  apiClientName: string | null;
  certificate: { der: Uint8Array; fingerprint: Uint8Array; notAfter: number } | null;
  tlsVersion: string | null;
  sourceAddress: string | null;
  host: string | null;
  passesUnderEnforcement: boolean;
};

/**
 * The identity headers, none of which a client can set. `Client-Cert` is RFC 9440, 2.2: the DER as a byte sequence
 * of RFC 8941 between colons; it is there on the mTLS listeners only.
 * @param secret the name and value with which the edge authenticates itself
 */
export function writtenHeaders(facts: CallFacts, secret: HeaderLine | null): HeaderLine[] {
  const { certificate } = facts;
  const lines: [string, string | null][] = [
    ['X-Request-Id', facts.requestId],
    ['X-Mtls-Environment', facts.environment],
    ['X-Mtls-Listener', facts.listener],
    ['X-Mtls-Account', facts.accountId],
    // Names are UTF-8; header values are sent byte for byte.
    ['X-Mtls-Api-Client', facts.apiClientName && utf8AsLatin1(facts.apiClientName)],
    ['X-Mtls-Tls-Version', facts.tlsVersion],
    ['X-Mtls-Under-Enforcement', facts.passesUnderEnforcement ? 'pass' : 'refuse'],
    ['Client-Cert', certificate && `:${Buffer.from(certificate.der).toString('base64')}:`],
    ['X-Mtls-Fingerprint', certificate && Buffer.from(certificate.fingerprint).toString('hex')],
    ['X-Mtls-Not-After', certificate && isoSeconds(certificate.notAfter)],
    ['X-Forwarded-For', facts.sourceAddress],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Host', facts.host],
    [secret?.name ?? '', secret?.value ?? null],
  ];
  return lines.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}

/** node:http's flat list of names and values as lines. */
export function headerLines(rawHeaders: readonly string[]): HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    lines.push({ name: rawHeaders[index] ?? '', value: rawHeaders[index + 1] ?? '' });
  }
  return lines;
}

function connectionListed(lines: readonly HeaderLine[]): ReadonlySet<string> {
  return new Set(
    lines
      .filter((line) => line.name.toLowerCase() === 'connection')
      .flatMap((line) => line.value.split(','))
      .map((token) => token.trim().toLowerCase()),
  );
}

function utf8AsLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function isoSeconds(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, -'.000Z'.length)}Z`;
}

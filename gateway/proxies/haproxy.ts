/**
 * HAProxy decides itself, from maps that the edge keeps up to date over the runtime socket (`haproxy-map.ts`). Every
 * rule refuses what is not known to be good: a map that is empty, old or half understood lets nothing through.
 */

import { changesFileOf, MAX_STEPS } from '@/gateway/haproxy-map';
import { nameRules } from '@/gateway/proxies/haproxy-names';
import { lookUp, type Refuse, refusing } from '@/gateway/proxies/haproxy-rules';
import {
  indented,
  type Place,
  type ProxySettings,
  placesOf,
  unreadSchemes,
} from '@/gateway/proxies/settings';
import { ADDED_BY_PROXIES, PREFIXES_ADDED_BY_PROXIES } from '@/lib/edge/headers';
import { IDENTITY_SOURCES } from '@/lib/edge/identity';

/** A complete haproxy.cfg, for HAProxy 2.6 and later with OpenSSL and PCRE2. */
export function haproxyConfig(settings: ProxySettings): string {
  return `# Countersign with HAProxy: each call is decided here, from two maps that the edge keeps up to date.
# Printed by "npm run edge -- config haproxy"; docs/edges.md says what is tested and what HAProxy cannot do.

global
  # The edge writes the maps through this socket (EDGE_HAPROXY_SOCKET). Who may use it decides who may call.
  stats socket ${settings.haproxySocket} mode 660 level admin
  stats timeout 1m
  # No resumption: a session that goes on has no certificate of its own, or that of before its revocation.
  tune.ssl.cachesize 0

# Logs, limits and further timeouts as you are used to.
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 30s
  timeout http-request 10s
  timeout http-keep-alive 60s

${placesOf(settings)
  .map((place) => frontendOf(settings, place))
  .join('\n')}
backend api
  http-reuse safe
  server api ${settings.upstream}
`;
}

function frontendOf(settings: ProxySettings, place: Place): string {
  const { environment, listener } = place;
  const mtls = listener === 'mtls';
  const once = mtls ? [...ONCE_A_CONNECTION, ...ONCE_WITH_CERTIFICATE] : ONCE_A_CONNECTION;
  return `# ${environment}, ${mtls ? 'with a client certificate' : 'without a client certificate'}
frontend ${environment}_${listener}
  ${bindOf(settings, place)}
${indented(once.join('\n'), '  ')}
  http-request set-var(txn.id) uuid
  http-after-response set-header X-Request-Id req_%[var(txn.id)]
  http-response del-header ${settings.secretHeader}

${indented(rulesOf(settings, place).join('\n'), '  ')}

  # What the client sent that looks like a fact of ours goes; then ours are written.
${indented(headerRules(settings, place).join('\n'), '  ')}
  default_backend api
`;
}

/** In the order of `decide`: the first rule that holds answers. */
function rulesOf(settings: ProxySettings, place: Place): string[] {
  const { environment, listener } = place;
  const refuse = refusing(place);
  const freshness = [
    '# Until when the maps may be believed.',
    'http-request set-var(txn.now) date()',
    `http-request set-var(txn.valid_until) str(settings:valid_until),map_str(${changesFileOf(settings.haproxyMap)})`,
  ];
  if (listener === 'standard') {
    return [
      ...freshness,
      ...requestRules(settings, refuse),
      ...nameRules(settings, place),
      '# Whose it is, and whether that account takes calls without a certificate.',
      // Too old a map: nobody knows who enforces by now, so those who did and new names are not let through.
      refuse('edge_not_ready', `${STALE} !{ var(txn.name) -m found }`),
      refuse('api_client_required', '!{ var(txn.name) -m found }'),
      ...lookUp(settings, 'txn.account', 'var(txn.client_key)'),
      refuse('edge_not_ready', `${STALE} !{ var(txn.account) -m found }`),
      refuse('unknown_api_client', '!{ var(txn.account) -m found }'),
      ...accountRules(settings, place),
      ...MODE_RULES,
      refuse('edge_not_ready', `${STALE} ${ENFORCED}`),
      refuse('mtls_required', ENFORCED),
    ];
  }
  return [
    ...freshness,
    ...certificateRules(settings, refuse),
    ...requestRules(settings, refuse),
    refuse('wrong_environment', `!{ var(txn.cert),field(2,|) -m str ${environment} }`),
    ...nameRules(settings, place),
    '# Whose it is: the account of the certificate, and not suspended.',
    refuse('api_client_required', '!{ var(txn.name) -m found }'),
    ...lookUp(settings, 'txn.account', 'var(txn.client_key)'),
    refuse('unknown_api_client', '!{ var(txn.account) -m found }'),
    refuse('wrong_account', '!{ var(txn.cert),field(1,|),strcmp(txn.account) eq 0 }'),
    ...accountRules(settings, place),
  ];
}

function bindOf(settings: ProxySettings, { listener, port }: Place): string {
  const tls = `bind ${settings.address}:${port} ssl crt ${settings.certFile} alpn h2,http/1.1 ssl-min-ver TLSv1.2 no-tls-tickets`;
  if (listener === 'standard') return tls;
  return `# Asks for a certificate and takes any: the maps know them by their SHA-256. HAProxy wants a CA file to ask at all;
  # none is judged by it, and its names are not sent.
  ${tls} verify optional ca-file ${settings.certFile} no-ca-names crt-ignore-err all ca-ignore-err all`;
}

const ONCE_A_CONNECTION = ['tcp-request session set-var(sess.sni) ssl_fc_sni,lower,rtrim(.)'];

/** HAProxy cannot read key usages; the two OIDs are looked for in the bytes (RFC 5280, 4.2.1.12). */
const ONCE_WITH_CERTIFICATE = [
  'tcp-request session set-var(sess.leaf) ssl_c_der,sha2(256),hex if { ssl_c_used }',
  'tcp-request session set-var(sess.leaf_key) str(cert:),concat(,sess.leaf) if { ssl_c_used }',
  'tcp-request session set-var(sess.leaf_der) ssl_c_der,base64 if { ssl_c_used }',
  'tcp-request session set-var(sess.usage) str(refused) if { ssl_c_used } { ssl_c_der,hex -m sub 0603551D25 } !{ ssl_c_der,hex -m sub 06082B06010505070302 }',
];

/** The map says until when it may be believed: whoever should renew it may be gone. */
const STALE = '!{ var(txn.valid_until),sub(txn.now) -m int ge 0 }';

function certificateRules(settings: ProxySettings, refuse: Refuse): string[] {
  return [
    '# The certificate: there, for clients, known, not revoked, valid now.',
    refuse('certificate_required', '!{ var(sess.leaf) -m found }'),
    refuse('not_a_client_certificate', '{ var(sess.usage) -m found }'),
    refuse('edge_not_ready', STALE),
    ...lookUp(settings, 'txn.cert', 'var(sess.leaf_key)'),
    refuse('unknown_certificate', '!{ var(txn.cert) -m found }'),
    refuse('certificate_revoked', '!{ var(txn.cert),field(5,|) -m str live }'),
    'http-request set-var(txn.not_before) var(txn.cert),field(3,|)',
    'http-request set-var(txn.not_after) var(txn.cert),field(4,|)',
    refuse('certificate_not_yet_valid', '!{ var(txn.now),sub(txn.not_before) -m int ge 0 }'),
    refuse('certificate_expired', '!{ var(txn.not_after),sub(txn.now) -m int ge 0 }'),
  ];
}

/** With a TLS server name Host is the same name; without one it is an address or a name of the listener (row T13). */
function requestRules({ hostnames }: ProxySettings, refuse: Refuse): string[] {
  const names = ['localhost', ...hostnames.map((name) => name.toLowerCase())];
  const address = "'^([0-9]{1,3}([.][0-9]{1,3}){3}|\\[[0-9a-f:.]+\\])$'";
  return [
    '# The call: an ordinary one, for the host that the connection was made for.',
    refuse('upgrade_refused', '{ req.fhdr_cnt(upgrade) gt 0 }'),
    refuse('malformed_request', '{ method TRACE CONNECT }'),
    'http-request set-var(txn.host) req.fhdr(host),host_only,lower,rtrim(.)',
    refuse('host_mismatch', '{ ssl_fc_has_sni } !{ var(txn.host),strcmp(sess.sni) eq 0 }'),
    refuse(
      'host_mismatch',
      `!{ ssl_fc_has_sni } !{ var(txn.host) -m reg ${address} } !{ var(txn.host) -m str ${names.join(' ')} }`,
    ),
  ];
}

function accountRules(settings: ProxySettings, place: Place): string[] {
  const { environment } = place;
  const refuse = refusing(place);
  return [
    ...lookUp(settings, 'txn.policy', `str(account:${environment}:),concat(,txn.account)`),
    refuse('edge_not_ready', '!{ var(txn.policy) -m found }'),
    refuse('account_suspended', '!{ var(txn.policy),field(1,|) -m str active }'),
  ];
}

/** Steps of `mode|end`: the first whose end lies ahead is in force, so a trial ends here by itself. */
const MODE_RULES = Array.from({ length: MAX_STEPS }, (_, step) => [
  `http-request set-var(txn.until) var(txn.policy),field(${2 * step + 3},|) if !{ var(txn.mode) -m found }`,
  `http-request set-var(txn.mode) var(txn.policy),field(${2 * step + 2},|) if !{ var(txn.mode) -m found } { var(txn.until),sub(txn.now) -m int gt 0 }`,
]).flat();

/** What is not known to be something else is enforced. */
const ENFORCED = '!{ var(txn.mode) -m str off observe }';

function headerRules(settings: ProxySettings, { environment, listener }: Place): string[] {
  const { secretHeader, sources } = settings;
  const exact = [
    ...[...ADDED_BY_PROXIES].filter((name) => name !== 'host'),
    ...IDENTITY_SOURCES.filter((name) => name.includes('-') && !sources.includes(name)),
    secretHeader.toLowerCase(),
  ];
  const added = `^(?:${PREFIXES_ADDED_BY_PROXIES.join('|')})|^(?:${exact.join('|')})$|[^a-zA-Z0-9-]`;
  const written: [string, string][] = [
    ['X-Request-Id', 'req_%[var(txn.id)]'],
    ['X-Mtls-Environment', environment],
    ['X-Mtls-Listener', listener],
    ['X-Mtls-Account', '%[var(txn.account)]'],
    ['X-Mtls-Api-Client', '%[var(txn.name)]'],
    ['X-Mtls-Tls-Version', '%[ssl_fc_protocol]'],
    ['X-Mtls-Under-Enforcement', listener === 'mtls' ? 'pass' : 'refuse'],
    ...(listener === 'mtls' ? CERTIFICATE_HEADERS : []),
    ['X-Forwarded-For', '%[src]'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Host', '%[req.fhdr(host)]'],
    [secretHeader, '"$' + '{EDGE_UPSTREAM_SECRET}"'],
  ];
  const schemes = unreadSchemes(settings);
  return [
    `http-request del-header '${added}' -m reg`,
    ...(schemes === null
      ? []
      : [
          `http-request del-header authorization if { req.fhdr(authorization) -m reg -i '^${schemes}( |$)' }`,
        ]),
    // None is left of the client's: adding looks for none.
    ...written.map(([name, value]) => `http-request add-header ${name} ${value}`),
    `http-request set-header Host ${settings.upstream}`,
  ];
}

const CERTIFICATE_HEADERS: [string, string][] = [
  ['Client-Cert', ':%[var(sess.leaf_der)]:'],
  ['X-Mtls-Fingerprint', '%[var(sess.leaf),lower]'],
  ['X-Mtls-Not-After', '%[var(txn.not_after),utime(%Y-%m-%dT%H:%M:%SZ)]'],
];

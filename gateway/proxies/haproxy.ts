/**
 * HAProxy decides itself, from maps that the edge keeps up to date over the runtime socket (`haproxy-map.ts`). Every
 * rule refuses what is not known to be good: a map that is empty, old or half understood lets nothing through.
 */

import { changesFileOf, GONE, MAX_STEPS } from '@/gateway/haproxy-map';
import {
  indented,
  type Place,
  type ProxySettings,
  placesOf,
  unreadSchemes,
} from '@/gateway/proxies/settings';
import { ADDED_BY_PROXIES, PREFIXES_ADDED_BY_PROXIES } from '@/lib/edge/headers';
import { IDENTITY_SOURCES } from '@/lib/edge/identity';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';

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

# Every reason for which a call is refused, in the words of the edge.
backend countersign_refused
${indented(refusals(), '  ')}
`;
}

function frontendOf(settings: ProxySettings, place: Place): string {
  const { environment, listener } = place;
  const mtls = listener === 'mtls';
  return `# ${environment}, ${mtls ? 'with a client certificate' : 'without a client certificate'}
frontend ${environment}_${listener}
  ${bindOf(settings, place)}
${mtls ? indented(ONCE_A_CONNECTION, '  ') : ''}
  http-request set-var(txn.id) uuid,regsub(-,,g)
  http-request set-var(txn.environment) str(${environment})
${indented(rulesOf(settings, place).join('\n'), '  ')}
  use_backend countersign_refused if { var(txn.refusal) -m found }

  # What the client sent that looks like a fact of ours goes; then ours are written.
${indented(headerRules(settings, place).join('\n'), '  ')}
  http-response del-header ${settings.secretHeader}
  http-after-response set-header X-Request-Id req_%[var(txn.id)]
  default_backend api
`;
}

/** In the order of `decide`: the first reason stands. */
function rulesOf(settings: ProxySettings, { environment, listener }: Place): string[] {
  const freshness = [
    'http-request set-var(txn.now) date()',
    `http-request set-var(txn.valid_until) str(settings:valid_until),map_str(${changesFileOf(settings.haproxyMap)})`,
  ];
  if (listener === 'standard') {
    return [
      ...freshness,
      ...requestRules(settings),
      ...nameRules(settings),
      // Too old a map: nobody knows who enforces by now, so those who did and new names are not let through.
      refuse('edge_not_ready', `${STALE} !{ var(txn.name) -m found }`),
      refuse('api_client_required', '!{ var(txn.name) -m found }'),
      ...lookUpClient(settings, environment),
      refuse('edge_not_ready', `${STALE} !{ var(txn.client) -m found }`),
      refuse('unknown_api_client', '!{ var(txn.client) -m found }'),
      ...accountRules(settings, environment),
      ...MODE_RULES,
      refuse('edge_not_ready', `${STALE} ${ENFORCED}`),
      refuse('mtls_required', ENFORCED),
    ];
  }
  return [
    ...freshness,
    ...certificateRules(settings),
    ...requestRules(settings),
    refuse('wrong_environment', `!{ var(txn.cert),field(2,|) -m str ${environment} }`),
    ...nameRules(settings),
    refuse('api_client_required', '!{ var(txn.name) -m found }'),
    ...lookUpClient(settings, environment),
    refuse('unknown_api_client', '!{ var(txn.client) -m found }'),
    'http-request set-var(txn.cert_account) var(txn.cert),field(1,|)',
    refuse('wrong_account', '!{ var(txn.cert_account),strcmp(txn.account) eq 0 }'),
    ...accountRules(settings, environment),
  ];
}

function bindOf(settings: ProxySettings, { listener, port }: Place): string {
  const tls = `bind ${settings.address}:${port} ssl crt ${settings.certFile} alpn h2,http/1.1 ssl-min-ver TLSv1.2 no-tls-tickets`;
  if (listener === 'standard') return tls;
  return `# Asks for a certificate and takes any: the maps know them by their SHA-256. HAProxy wants a CA file to ask at all;
  # none is judged by it, and its names are not sent.
  ${tls} verify optional ca-file ${settings.certFile} no-ca-names crt-ignore-err all ca-ignore-err all`;
}

/** HAProxy cannot read key usages; the two OIDs are looked for in the bytes (RFC 5280, 4.2.1.12). */
const ONCE_A_CONNECTION = `tcp-request session set-var(sess.leaf) ssl_c_der,sha2(256),hex if { ssl_c_used }
tcp-request session set-var(sess.leaf_key) str(cert:),concat(,sess.leaf) if { ssl_c_used }
tcp-request session set-var(sess.usage) str(refused) if { ssl_c_used } { ssl_c_der,hex -m sub 0603551D25 } !{ ssl_c_der,hex -m sub 06082B06010505070302 }`;

/** The map says until when it may be believed: whoever should renew it may be gone. */
const STALE = '!{ var(txn.valid_until),sub(txn.now) -m int ge 0 }';

function refuse(code: RefusalCode, condition: string): string {
  return `http-request set-var(txn.refusal) str(${code}) if !{ var(txn.refusal) -m found } ${condition}`;
}

/** What changed lately is looked at first; there an entry may say that it is no more. */
function lookUp({ haproxyMap }: ProxySettings, variable: string, key: string): string[] {
  const into = `http-request set-var(${variable}) ${key}`;
  return [
    `${into},map_str(${changesFileOf(haproxyMap)})`,
    `${into},map_str(${haproxyMap}) if !{ var(${variable}) -m found }`,
    `http-request unset-var(${variable}) if { var(${variable}) -m str ${GONE} }`,
  ];
}

function certificateRules(settings: ProxySettings): string[] {
  return [
    refuse('certificate_required', '!{ ssl_c_used }'),
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
function requestRules({ hostnames }: ProxySettings): string[] {
  const names = ['localhost', ...hostnames.map((name) => name.toLowerCase())];
  const address = "'^([0-9]{1,3}([.][0-9]{1,3}){3}|\\[[0-9a-f:.]+\\])$'";
  return [
    refuse('upgrade_refused', '{ req.fhdr_cnt(upgrade) gt 0 }'),
    refuse('malformed_request', '{ method TRACE CONNECT }'),
    `http-request set-var(txn.host) 'req.fhdr(host),lower,regsub(":[0-9]{1,5}$",""),regsub("[.]$","")'`,
    `http-request set-var(txn.sni) 'ssl_fc_sni,lower,regsub("[.]$","")'`,
    refuse('host_mismatch', '{ ssl_fc_has_sni } !{ var(txn.sni),strcmp(txn.host) eq 0 }'),
    refuse(
      'host_mismatch',
      `!{ ssl_fc_has_sni } !{ var(txn.host) -m reg ${address} } !{ var(txn.host) -m str ${names.join(' ')} }`,
    ),
  ];
}

/** Printable characters and all above them, in hexadecimal: RFC 7617, 2 has no control characters in credentials. */
const NO_CONTROLS = "'^(?:[2-68-9A-F][0-9A-F]|7[0-9A-E])++$'";

/** One name from each source that is configured; a source that is there twice or cannot be read is malformed. */
function nameRules({ sources }: ProxySettings): string[] {
  const headers = [
    ...(sources.includes('client-id') ? ['client-id'] : []),
    ...(sources.includes('x-auth-client') ? ['x-auth-client'] : []),
  ];
  const variables = ['txn.from_authorization', ...headers.map((_, index) => `txn.from_${index}`)];
  return [
    refuse('malformed_request', '{ req.fhdr_cnt(authorization) gt 1 }'),
    ...(sources.includes('basic') ? BASIC_RULES : []),
    ...(sources.includes('apikey') ? APIKEY_RULES : []),
    ...headers.flatMap((header, index) => [
      refuse('malformed_request', `{ req.fhdr_cnt(${header}) gt 1 }`),
      `http-request set-var(txn.from_${index}) req.fhdr(${header})`,
      refuse(
        'malformed_request',
        `{ req.fhdr_cnt(${header}) gt 0 } !{ var(txn.from_${index}),length -m int 1:255 }`,
      ),
    ]),
    ...variables.map(
      (variable) =>
        `http-request set-var(txn.name) var(${variable}) if !{ var(txn.name) -m found } { var(${variable}) -m found }`,
    ),
    ...variables.map((variable) =>
      refuse(
        'conflicting_identity',
        `{ var(${variable}) -m found } !{ var(${variable}),strcmp(txn.name) eq 0 }`,
      ),
    ),
  ];
}

const CREDENTIALS = 'req.fhdr(authorization),regsub("^[^ ]+ +","")';
const UNREADABLE = '!{ var(txn.from_authorization),length -m int 1:255 }';

const BASIC_RULES = [
  `http-request set-var(txn.basic) '${CREDENTIALS}' if { req.fhdr(authorization) -m reg -i '^basic +[a-z0-9+/]+={0,2}$' }`,
  'http-request set-var(txn.basic_again) var(txn.basic),b64dec,base64',
  // One encoding of these bytes and no other, without control characters, and with a colon.
  `http-request set-var(txn.from_authorization) var(txn.basic),b64dec,field(1,:) if { var(txn.basic),strcmp(txn.basic_again) eq 0 } { var(txn.basic),b64dec,hex -m reg ${NO_CONTROLS} } { var(txn.basic),b64dec -m sub : }`,
  refuse('malformed_request', `{ req.fhdr(authorization) -m reg -i '^basic( |$)' } ${UNREADABLE}`),
];

const APIKEY_RULES = [
  `http-request set-var(txn.from_authorization) '${CREDENTIALS},field(1,:)' if { req.fhdr(authorization) -m reg -i '^apikey +[^ ].*:' }`,
  refuse('malformed_request', `{ req.fhdr(authorization) -m reg -i '^apikey( |$)' } ${UNREADABLE}`),
];

/**
 * The map has keyed hashes of names (`apiClientNameHash`): environment, a zero byte, name. HAProxy's texts end at a
 * zero byte, so it is put in as an escape and taken out of it last.
 */
function lookUpClient(settings: ProxySettings, environment: string): string[] {
  return [
    `http-request set-var(txn.name_key) str(settings:name_key),map_str(${settings.haproxyMap})`,
    'http-request set-var(txn.name_escaped) var(txn.name),url_enc',
    `http-request set-var(txn.name_hash) str(${environment}%00),concat(,txn.name_escaped),url_dec,hmac(sha256,txn.name_key),hex`,
    `http-request set-var(txn.client_key) str(name:${environment}:),concat(,txn.name_hash) if { var(txn.name_hash) -m found }`,
    ...lookUp(settings, 'txn.client', 'var(txn.client_key)'),
    'http-request set-var(txn.account) var(txn.client)',
  ];
}

function accountRules(settings: ProxySettings, environment: string): string[] {
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
    ['Host', settings.upstream],
  ];
  const schemes = unreadSchemes(settings);
  return [
    `http-request del-header '${added}' -m reg`,
    ...(schemes === null
      ? []
      : [
          `http-request del-header authorization if { req.fhdr(authorization) -m reg -i '^${schemes}( |$)' }`,
        ]),
    ...written.map(([name, value]) => `http-request set-header ${name} ${value}`),
  ];
}

const CERTIFICATE_HEADERS: [string, string][] = [
  ['Client-Cert', ':%[ssl_c_der,base64]:'],
  ['X-Mtls-Fingerprint', '%[var(sess.leaf),lower]'],
  ['X-Mtls-Not-After', '%[var(txn.not_after),utime(%Y-%m-%dT%H:%M:%SZ)]'],
];

/** In production a caller without a live certificate gets no answer, as at the edge's own listener. */
function refusals(): string {
  const ends = Object.entries(REFUSALS).flatMap(([code, { endsTls }]) => (endsTls ? [code] : []));
  const answers = Object.entries(REFUSALS).map(([code, { status, title }]) => {
    const challenge =
      status === 401 ? ` hdr WWW-Authenticate 'Basic realm="api", charset="UTF-8"'` : '';
    const problem = `{"type":"urn:countersign:error:${code}","title":"${title}","status":${status},"code":"${code}","requestId":"req_%[var(txn.id)]"}`;
    return `http-request return status ${status} content-type application/problem+json${challenge} hdr Cache-Control no-store lf-string '${problem}' if { var(txn.refusal) -m str ${code} }`;
  });
  return [
    `http-request reject if { var(txn.environment) -m str production } { var(txn.refusal) -m str ${ends.join(' ')} }`,
    ...answers,
    '# A reason nobody knows is one all the same.',
    'http-request deny deny_status 503',
  ].join('\n');
}

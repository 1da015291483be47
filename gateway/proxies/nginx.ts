/**
 * nginx beside an authorizer. nginx can drop headers by their exact names only, so it passes on the headers of a list
 * and no others; identity headers are written where a location cannot lose some of them without losing all.
 */
import {
  indented,
  type Place,
  type ProxySettings,
  placesOf,
  unreadSchemes,
} from '@/gateway/proxies/settings';
import { pathOf, QUESTION_HEADERS } from '@/gateway/question';
import { REFUSALS } from '@/lib/kernel/refusals';

/** A complete nginx.conf, for nginx 1.18 and later with ssl, http_v2 and auth_request. */
export function nginxConfig(settings: ProxySettings): string {
  const { runDir, cache } = settings;
  return `# Countersign beside nginx: each call is decided by the edge's authorizer before it is passed on.
# Printed by "npm run edge -- config nginx"; docs/edges.md says what is tested and what nginx cannot do.

worker_processes auto;
pid ${runDir}/nginx.pid;
error_log ${runDir}/error.log warn;

events {
  worker_connections 4096;
}

http {
  log_format calls '$remote_addr [$time_iso8601] "$request" $status req_$request_id $countersign_refusal';
  access_log ${runDir}/access.log calls;
${temporaryPaths(runDir)}
${cache === 'on' ? cachePath(runDir) : ''}
  # A TLS server name may hold any byte, line ends too: what is no name is not passed on as one.
  map $ssl_server_name $countersign_sni {
    "" "-";
    "~^[A-Za-z0-9._-]+$" $ssl_server_name;
    default "(unreadable)";
  }

  # The target of a request may name another host than Host does: then there is none.
  map "$host|$http_host" $countersign_host {
    "~*^([^|]+)[|]\\1[.]?(:[0-9]+)?$" $http_host;
    default "";
  }

${unreadMap(settings)}  upstream countersign_authorizer {
    server ${authorizerOf(settings)};
    keepalive 64;
  }

  upstream api {
    server ${settings.upstream};
    keepalive 64;
  }

${placesOf(settings)
  .map((place) => serverOf(settings, place))
  .join('\n')}}
`;
}

/** Where Debian's nginx would put them only root may write. */
function temporaryPaths(runDir: string): string {
  return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `  ${kind}_temp_path ${runDir}/${kind};`)
    .join('\n');
}

function unreadMap(settings: ProxySettings): string {
  const schemes = unreadSchemes(settings);
  return schemes === null
    ? ''
    : `  # Credentials that nobody looks at here are not for the API either.
  map $http_authorization $countersign_authorization {
    "~*^${schemes}( |$)" "";
    default $http_authorization;
  }

`;
}

function cachePath(runDir: string): string {
  return `
  # Answers of the authorizer. A folder in memory (tmpfs) is best.
  proxy_cache_path ${runDir}/decisions keys_zone=countersign:10m max_size=64m inactive=5s use_temp_path=off;
`;
}

function authorizerOf({ authorizer }: ProxySettings): string {
  return 'port' in authorizer ? `127.0.0.1:${authorizer.port}` : `unix:${authorizer.socketPath}`;
}

function serverOf(settings: ProxySettings, place: Place): string {
  const { environment, listener, port } = place;
  const asks =
    listener === 'mtls'
      ? `
    # Asks for a certificate and takes any: the authorizer knows them by their SHA-256.
    ssl_verify_client optional_no_ca;
    # nginx answers some certificates itself (expired, weak, for another purpose): these are judged too.
    error_page 495 = @countersign_judge;
    recursive_error_pages on;`
      : '';
  const judge =
    listener === 'mtls'
      ? `
    # As "location /".
    location @countersign_judge {
      proxy_pass http://api;
    }
`
      : '';
  return `  # ${environment}, ${listener === 'mtls' ? 'with a client certificate' : 'without a client certificate'}
  server {
    listen ${settings.address}:${port} ssl http2 default_server;
    ssl_certificate ${settings.certFile};
    ssl_certificate_key ${settings.keyFile};
    ssl_protocols TLSv1.2 TLSv1.3;
    # No resumption: a session that goes on has no certificate of its own, or that of before its revocation.
    ssl_session_tickets off;
    ssl_session_cache off;${asks}

    auth_request /.countersign;
    error_page 401 403 = @countersign_refused;
    error_page 500 = @countersign_undecided;
${indented(answersOf(settings), '    ')}

    # Here and not in locations: a location with a proxy_set_header of its own sends none of these, and the API then
    # refuses the call for want of the secret.
    proxy_pass_request_headers off;
    proxy_http_version 1.1;
    proxy_set_header Host ${settings.upstream};
    proxy_set_header Connection "";
${indented(identityLines(settings), '    ')}
    # The client's headers that reach the API: these and no others. Add names by --forward.
${indented(forwardedLines(settings), '    ')}
    proxy_hide_header X-Request-Id;
    proxy_hide_header ${settings.secretHeader};
    add_header X-Request-Id req_$request_id always;
    client_max_body_size 0;

    location / {
      proxy_pass http://api;
    }
${judge}
${indented(questionLocation(settings, place), '    ')}

${indented(REFUSED, '    ')}
  }
`;
}

/** Variables, and the header of the authorizer's answer that each takes its value from. */
const IDENTITY: readonly (readonly [string, string])[] = [
  ['account', 'X-Mtls-Account'],
  ['api_client', 'X-Mtls-Api-Client'],
  ['environment', 'X-Mtls-Environment'],
  ['listener', 'X-Mtls-Listener'],
  ['under_enforcement', 'X-Mtls-Under-Enforcement'],
  ['fingerprint', 'X-Mtls-Fingerprint'],
  ['not_after', 'X-Mtls-Not-After'],
  ['leaf', 'Client-Cert'],
];
const REFUSAL: readonly (readonly [string, string])[] = [
  ['refusal', 'X-Mtls-Refusal'],
  ['status', 'X-Mtls-Status'],
  ['problem', 'X-Mtls-Problem'],
];

function answersOf({ secretHeader }: ProxySettings): string {
  return [...IDENTITY, ['secret', secretHeader] as const, ...REFUSAL]
    .map(([name, header]) => `auth_request_set $countersign_${name} ${answered(header)};`)
    .join('\n');
}

function answered(header: string): string {
  return `$upstream_http_${header.toLowerCase().replaceAll('-', '_')}`;
}

function identityLines({ secretHeader }: ProxySettings): string {
  return [
    ...[...IDENTITY, ['secret', secretHeader] as const].map(
      ([name, header]) => [header, `$countersign_${name}`] as const,
    ),
    ['X-Mtls-Tls-Version', '$ssl_protocol'] as const,
    ['X-Request-Id', 'req_$request_id'] as const,
    ['X-Forwarded-For', '$remote_addr'] as const,
    ['X-Forwarded-Proto', 'https'] as const,
    ['X-Forwarded-Host', '$countersign_host'] as const,
  ]
    .map(([header, value]) => `proxy_set_header ${header} ${value};`)
    .join('\n');
}

/** What APIs read, and nothing that a proxy is believed to have written. */
const FORWARDED = [
  'Accept',
  'Accept-Charset',
  'Accept-Encoding',
  'Accept-Language',
  'Cache-Control',
  'Content-Digest',
  'Content-Encoding',
  'Content-Language',
  'Content-MD5',
  'Content-Type',
  'Cookie',
  'Date',
  'Digest',
  'Idempotency-Key',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Origin',
  'Pragma',
  'Prefer',
  'Range',
  'Referer',
  'Signature',
  'Signature-Input',
  'SOAPAction',
  'Traceparent',
  'Tracestate',
  'User-Agent',
  'X-Correlation-Id',
  'X-Idempotency-Key',
  'X-Requested-With',
] as const;

function forwardedLines(settings: ProxySettings): string {
  const { sources, forward } = settings;
  const authorization =
    unreadSchemes(settings) === null ? '$http_authorization' : '$countersign_authorization';
  const named = sources.flatMap((source) => {
    if (source === 'client-id') return ['Client-Id'];
    return source === 'x-auth-client' ? ['X-Auth-Client', 'X-Auth-Secret'] : [];
  });
  const lines = [...named, ...FORWARDED, ...forward].map((header) => {
    const variable = `$http_${header.toLowerCase().replaceAll('-', '_')}`;
    return `proxy_set_header ${header} ${variable};`;
  });
  return [`proxy_set_header Authorization ${authorization};`, ...lines].join('\n');
}

function questionLocation(settings: ProxySettings, place: Place): string {
  const { authorizer, cache } = settings;
  const { environment, listener } = place;
  const path = pathOf({ manner: 'auth_request', environment, listener });
  const leaf = listener === 'mtls' ? '$ssl_client_escaped_cert' : '""';
  const secret = 'port' in authorizer ? `\n  include ${authorizer.secretFile};` : '';
  return `location = /.countersign {
  internal;
  proxy_pass http://countersign_authorizer${path};
  proxy_connect_timeout 1s;
  proxy_read_timeout 2s;
  # A certificate comes back in a header.
  proxy_buffer_size 16k;
  proxy_buffers 2 16k;
  proxy_busy_buffers_size 16k;
  proxy_pass_request_body off;
  # All of the client's headers, so that one that is sent twice is seen. What follows replaces the client's own.
  proxy_pass_request_headers on;
  proxy_set_header Host $countersign_host;
  proxy_set_header Connection "";
  proxy_set_header Content-Length "";
  proxy_set_header ${QUESTION_HEADERS.leaf} ${leaf};
  proxy_set_header ${QUESTION_HEADERS.connection} "$ssl_protocol $server_protocol $countersign_sni";
  proxy_set_header ${QUESTION_HEADERS.source} $remote_addr;
  proxy_set_header ${QUESTION_HEADERS.requestId} req_$request_id;
  proxy_set_header ${QUESTION_HEADERS.secret} "";${secret}${cache === 'on' ? indented(CACHED, '  ') : ''}
}`;
}

/**
 * Whole seconds are all that nginx's times know: a validity of 1 s lasts up to two. With the second in the key an
 * answer ends with the second it was given in, so a revocation holds within one. nginx's fingerprint is SHA-1: who can
 * make two certificates of one fingerprint has the key of both.
 */
const CACHED = `

# An answer is used again in the second in which it was given: a revocation is in force within a second.
# Calls answered from here are not counted in the portal.
proxy_cache countersign;
proxy_cache_valid 204 2s;
proxy_cache_key "$time_iso8601|$server_port|$ssl_protocol|$countersign_sni|$countersign_host|$http_authorization|$http_client_id|$http_x_auth_client|$ssl_client_fingerprint";
open_file_cache max=10000 inactive=5s;
open_file_cache_valid 1s;
proxy_cache_lock on;
proxy_cache_lock_timeout 200ms;`;

const REFUSED = `# What the authorizer said, as nginx can send it. In production a caller without a live certificate gets no answer.
location @countersign_refused {
  default_type application/problem+json;
  add_header X-Request-Id req_$request_id always;
  add_header Cache-Control no-store always;
  if ($countersign_status = 444) { return 444; }
  if ($countersign_status = 400) { return 400 $countersign_problem; }
  if ($countersign_status = 401) { return 401 $countersign_problem; }
  if ($countersign_status = 421) { return 421 $countersign_problem; }
  if ($countersign_status = 501) { return 501 $countersign_problem; }
  if ($countersign_status = 503) { return 503 $countersign_problem; }
  return 403 $countersign_problem;
}

# The authorizer did not answer: nothing passes.
location @countersign_undecided {
  default_type application/problem+json;
  add_header X-Request-Id req_$request_id always;
  add_header Cache-Control no-store always;
  return 503 '{"type":"urn:countersign:error:edge_not_ready","title":"${REFUSALS.edge_not_ready.title}","status":503,"code":"edge_not_ready","requestId":"req_$request_id"}';
}`;

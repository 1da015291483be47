/** Caddy beside an authorizer: forward_auth, written out where its short form cannot close a connection. */
import {
  indented,
  type Place,
  type ProxySettings,
  placesOf,
  unreadSchemes,
} from '@/gateway/proxies/settings';
import { pathOf, QUESTION_HEADERS } from '@/gateway/question';
import { ADDED_BY_PROXIES, PREFIXES_ADDED_BY_PROXIES } from '@/lib/edge/headers';
import { IDENTITY_SOURCES } from '@/lib/edge/identity';

/** A complete Caddyfile, for Caddy 2.6 and later. */
export function caddyConfig(settings: ProxySettings): string {
  return `# Countersign beside Caddy: each call is decided by the edge's authorizer before it is passed on.
# Printed by "npm run edge -- config caddy"; docs/edges.md says what is tested and what Caddy cannot do.
{
	admin off
	auto_https off
	storage file_system ${settings.runDir}
	log {
		output file ${settings.runDir}/caddy.log
		level WARN
	}
	servers {
		protocols h1 h2
		# The authorizer compares TLS server name and Host, and answers with the reason.
		strict_sni_host insecure_off
	}
}

# What a client sent that looks like a fact of ours, before anything is decided or written.
(countersign_strip) {
${indented(stripped(settings), '\t')}
}

# The API. Connection cannot name headers to be dropped on the way: it is gone.
(countersign_api) {
	reverse_proxy ${settings.upstream} {
		header_up Host ${settings.upstream}
		header_down -${settings.secretHeader}
		header_down X-Request-Id {http.request.header.X-Request-Id}
	}
}

${placesOf(settings)
  .map((place) => siteOf(settings, place))
  .join('\n')}`;
}

function stripped(settings: ProxySettings): string {
  const { secretHeader, sources } = settings;
  const schemes = unreadSchemes(settings);
  const unread = IDENTITY_SOURCES.filter(
    (source) => source !== 'basic' && source !== 'apikey' && !sources.includes(source),
  );
  const exact = [...ADDED_BY_PROXIES].filter((name) => name !== 'host');
  const names = [
    'Connection',
    '*_*',
    '*.*',
    ...PREFIXES_ADDED_BY_PROXIES.map((prefix) => `${prefix}*`),
    ...exact,
    secretHeader,
    ...unread,
  ].map((name) => `request_header -${name}`);
  if (schemes === null) return names.join('\n');
  const matcher = `@unread header_regexp Authorization "(?i)^${schemes}( |$)"`;
  return [...names, matcher, 'request_header @unread -Authorization'].join('\n');
}

function siteOf(settings: ProxySettings, place: Place): string {
  const { environment, listener, port } = place;
  const asks =
    listener === 'mtls'
      ? `
		# Asks for a certificate and takes any: the authorizer knows them by their SHA-256.
		client_auth {
			mode request
		}`
      : '';
  return `# ${environment}, ${listener === 'mtls' ? 'with a client certificate' : 'without a client certificate'}
https://:${port} {
	bind ${settings.address}
	tls ${settings.certFile} ${settings.keyFile} {
		protocols tls1.2 tls1.3${asks}
	}
	route {
		# TRACE would show the caller what is written for the API.
		@unanswered method TRACE CONNECT
		respond @unanswered 405
		import countersign_strip
${indented(questionOf(settings, place), '\t\t')}
${indented(unsaid(settings), '\t\t')}
		import countersign_api
	}
}
`;
}

/** Where an answer lacks a header Caddy leaves the placeholder as it is written: a call without a name has no account. */
function unsaid({ secretHeader }: ProxySettings): string {
  return ['X-Mtls-Account', 'X-Mtls-Api-Client', secretHeader]
    .map((name, index) => {
      const matcher = `@unsaid${index} header_regexp ${name} ^[{]http[.]reverse_proxy[.]header[.]`;
      return `${matcher}\nrequest_header @unsaid${index} -${name}`;
    })
    .join('\n');
}

function questionOf({ authorizer, secretHeader }: ProxySettings, place: Place): string {
  const { environment, listener } = place;
  const address =
    'port' in authorizer ? `127.0.0.1:${authorizer.port}` : `unix/${authorizer.socketPath}`;
  const secret = 'port' in authorizer ? '{env.EDGE_AUTHORIZER_SECRET}' : '-';
  const leaf =
    listener === 'mtls' ? '":{http.request.tls.client.certificate_der_base64}:"' : '"::"';
  const answered = [
    'X-Request-Id',
    'X-Mtls-Account',
    'X-Mtls-Api-Client',
    'X-Mtls-Environment',
    'X-Mtls-Listener',
    'X-Mtls-Under-Enforcement',
    'X-Mtls-Tls-Version',
    ...(listener === 'mtls' ? ['Client-Cert', 'X-Mtls-Fingerprint', 'X-Mtls-Not-After'] : []),
    'X-Forwarded-Host',
    secretHeader,
  ];
  return `reverse_proxy ${address} {
	method GET
	rewrite ${pathOf({ manner: 'plain', environment, listener })}
	header_up ${QUESTION_HEADERS.leaf} ${leaf}
	# Without a certificate Caddy leaves the placeholder as it is written.
	header_up ${QUESTION_HEADERS.leaf} "^:[^A-Za-z0-9+/].*$" "::"
	header_up ${QUESTION_HEADERS.connection} "{http.request.tls.version} {http.request.proto} {http.request.tls.server_name}"
	header_up ${QUESTION_HEADERS.source} {http.request.remote.host}
	header_up ${QUESTION_HEADERS.secret} ${secret}
	@passes status 2xx
	handle_response @passes {
${answered.map((name) => `\t\trequest_header ${name} {http.reverse_proxy.header.${name}}`).join('\n')}
	}
	# In production a caller without a live certificate gets no answer.
	@closes header X-Mtls-Close yes
	handle_response @closes {
		abort
	}
}`;
}

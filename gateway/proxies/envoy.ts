/** Envoy beside an authorizer (ext_authz over HTTP). Nobody has run it here: no Debian package has Envoy. */
import { indented, type Place, type ProxySettings, placesOf } from '@/gateway/proxies/settings';
import { pathOf, QUESTION_HEADERS } from '@/gateway/question';
import { ADDED_BY_PROXIES, PREFIXES_ADDED_BY_PROXIES } from '@/lib/edge/headers';
import { IDENTITY_SOURCES } from '@/lib/edge/identity';

const TYPES = 'type.googleapis.com/envoy.extensions';

/** A complete bootstrap in YAML, for Envoy 1.34 and later (it removes headers by how they begin). */
export function envoyConfig(settings: ProxySettings): string {
  const { authorizer } = settings;
  const address =
    'port' in authorizer
      ? `socket_address: { address: 127.0.0.1, port_value: ${authorizer.port} }`
      : `pipe: { path: ${authorizer.socketPath} }`;
  const [host = '', port = ''] = settings.upstream.split(':');
  return `# UNTESTED: written from Envoy's documentation. nginx, HAProxy and Caddy are tested; this is where to begin.
# Countersign beside Envoy: each call is decided by the edge's authorizer before it is passed on.
# Printed by "npm run edge -- config envoy"; try the cases of docs/edges.md before you rely on it.
static_resources:
  listeners:
${placesOf(settings)
  .map((place) => indented(listenerOf(settings, place), '    '))
  .join('\n')}
  clusters:
    - name: api
      type: STRICT_DNS
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: { address: { socket_address: { address: ${host}, port_value: ${port} } } }
    - name: countersign_authorizer
      type: STATIC
      load_assignment:
        cluster_name: countersign_authorizer
        endpoints:
          - lb_endpoints:
              - endpoint: { address: { ${address} } }
`;
}

function listenerOf(settings: ProxySettings, place: Place): string {
  const { environment, listener, port } = place;
  const asks =
    listener === 'mtls'
      ? `
          # Asks for a certificate and takes any: the authorizer knows them by their SHA-256. Envoy wants a CA file to ask.
          validation_context:
            trusted_ca: { filename: ${settings.certFile} }
            trust_chain_verification: ACCEPT_UNTRUSTED`
      : '';
  return `# ${environment}, ${listener === 'mtls' ? 'with a client certificate' : 'without a client certificate'}
- name: ${environment}_${listener}
  address: { socket_address: { address: ${settings.address}, port_value: ${port} } }
  listener_filters:
    - name: envoy.filters.listener.tls_inspector
      typed_config: { "@type": ${TYPES}.filters.listener.tls_inspector.v3.TlsInspector }
  filter_chains:
    - transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          "@type": ${TYPES}.transport_sockets.tls.v3.DownstreamTlsContext
          # No resumption: a session that goes on has no certificate of its own, or that of before its revocation.
          disable_stateless_session_resumption: true
          disable_stateful_session_resumption: true
          common_tls_context:
            alpn_protocols: [h2, http/1.1]
            tls_params: { tls_minimum_protocol_version: TLSv1_2 }
            tls_certificates:
              - certificate_chain: { filename: ${settings.certFile} }
                private_key: { filename: ${settings.keyFile} }${indented(asks, '  ')}
      filters:
        - name: envoy.filters.network.http_connection_manager
          typed_config:
            "@type": ${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager
            stat_prefix: ${environment}_${listener}
            use_remote_address: true
            forward_client_cert_details: SANITIZE
            common_http_protocol_options: { headers_with_underscores_action: DROP_HEADER }
            http_filters:
${indented(filtersOf(settings, place), '              ')}
            route_config:
              virtual_hosts:
                - name: api
                  domains: ["*"]
                  routes: [{ match: { prefix: "/" }, route: { cluster: api } }]`;
}

function filtersOf(settings: ProxySettings, place: Place): string {
  const { sources, secretHeader } = settings;
  const exact = [
    ...[...ADDED_BY_PROXIES].filter((name) => name !== 'host' && name !== 'x-request-id'),
    ...IDENTITY_SOURCES.filter((name) => name.includes('-') && !sources.includes(name)),
    secretHeader.toLowerCase(),
  ];
  const leaf =
    place.listener === 'mtls'
      ? `
        # URL-escaped PEM; nothing where there was no certificate.
        - append: { header: { key: ${QUESTION_HEADERS.leaf}, value: "%DOWNSTREAM_PEER_CERT%" }, append_action: OVERWRITE_IF_EXISTS_OR_ADD }`
      : '';
  return `# What the client sent that looks like a fact of ours goes; then the facts of the connection are written.
- name: envoy.filters.http.header_mutation
  typed_config:
    "@type": ${TYPES}.filters.http.header_mutation.v3.HeaderMutation
    mutations:
      request_mutations:
${PREFIXES_ADDED_BY_PROXIES.map((prefix) => `        - remove_on_match: { key_matcher: { prefix: ${prefix}, ignore_case: true } }`).join('\n')}
${exact.map((name) => `        - remove: ${name}`).join('\n')}${leaf}
        - append: { header: { key: ${QUESTION_HEADERS.connection}, value: "%DOWNSTREAM_TLS_VERSION% %PROTOCOL% %REQUESTED_SERVER_NAME%" }, append_action: OVERWRITE_IF_EXISTS_OR_ADD }
        - append: { header: { key: ${QUESTION_HEADERS.source}, value: "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%" }, append_action: OVERWRITE_IF_EXISTS_OR_ADD }
${questionOf(settings, place)}
# What was asked is not for the API.
- name: envoy.filters.http.header_mutation
  typed_config:
    "@type": ${TYPES}.filters.http.header_mutation.v3.HeaderMutation
    mutations:
      request_mutations:
        - remove: ${QUESTION_HEADERS.connection}
        - remove: ${QUESTION_HEADERS.source}
- name: envoy.filters.http.router
  typed_config: { "@type": ${TYPES}.filters.http.router.v3.Router }`;
}

function questionOf({ authorizer, secretHeader }: ProxySettings, place: Place): string {
  const { environment, listener } = place;
  const secret =
    'port' in authorizer
      ? `
        headers_to_add:
          - { key: ${QUESTION_HEADERS.secret}, value: "REPLACE WITH THE VALUE OF EDGE_AUTHORIZER_SECRET" }`
      : '';
  const asked = [
    'authorization',
    'client-id',
    'x-auth-client',
    'user-agent',
    'upgrade',
    QUESTION_HEADERS.leaf.toLowerCase(),
    QUESTION_HEADERS.connection.toLowerCase(),
    QUESTION_HEADERS.source.toLowerCase(),
  ];
  const answered = ['x-request-id', 'client-cert', 'x-forwarded-host', secretHeader.toLowerCase()];
  return `- name: envoy.filters.http.ext_authz
  typed_config:
    "@type": ${TYPES}.filters.http.ext_authz.v3.ExtAuthz
    transport_api_version: V3
    failure_mode_allow: false
    status_on_error: { code: ServiceUnavailable }
    http_service:
      server_uri: { uri: http://countersign, cluster: countersign_authorizer, timeout: 2s }
      # The client's path is added behind it, and not read.
      path_prefix: ${pathOf({ manner: 'plain', environment, listener })}
      authorization_request:${secret}
        allowed_headers:
          patterns: [${asked.map((name) => `{ exact: ${name} }`).join(', ')}]
      authorization_response:
        allowed_upstream_headers:
          patterns: [{ prefix: x-mtls- }, ${answered.map((name) => `{ exact: ${name} }`).join(', ')}]
        allowed_client_headers:
          patterns: [{ exact: content-type }, { exact: www-authenticate }, { exact: cache-control }, { exact: x-request-id }]`;
}

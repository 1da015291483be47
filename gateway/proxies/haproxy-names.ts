/**
 * Which API client a call names, in HAProxy's rules: what `identityOf` and `apiClientNameHash` do at the edge. They
 * leave `txn.name`, and `txn.client_key`, where the maps have its account.
 */
import { type Refuse, refusing } from '@/gateway/proxies/haproxy-rules';
import type { Place, ProxySettings } from '@/gateway/proxies/settings';

/**
 * One name from each source that is configured; a source that is there twice or cannot be read is malformed. What was
 * worked out for the call before on a connection is used again where Authorization is the same and the only source: it
 * costs more than everything else.
 */
export function nameRules(settings: ProxySettings, place: Place): string[] {
  const { sources } = settings;
  const refuse = refusing(place);
  const headers = ['client-id', 'x-auth-client'].filter((header) =>
    sources.some((source) => source === header),
  );
  const alone = [
    '{ req.fhdr_cnt(authorization) eq 1 }',
    ...headers.map((header) => `{ req.fhdr_cnt(${header}) eq 0 }`),
  ].join(' ');
  return [
    '# The API client it names: as in the call before on this connection, or worked out anew.',
    `http-request set-var(txn.known) bool(true) if { req.fhdr(authorization),strcmp(sess.authorization) eq 0 } ${alone}`,
    'http-request set-var(txn.name) var(sess.name) if { var(txn.known) -m found }',
    'http-request set-var(txn.client_key) var(sess.client_key) if { var(txn.known) -m found }',
    ...[
      refuse('malformed_request', '{ req.fhdr_cnt(authorization) gt 1 }'),
      ...(sources.includes('basic') ? basicRules(refuse) : []),
      ...(sources.includes('apikey') ? apikeyRules(refuse) : []),
      ...headers.flatMap((header, index) => headerRules(header, `txn.from_${index}`, refuse)),
      ...choice(
        ['txn.from_authorization', ...headers.map((_, index) => `txn.from_${index}`)],
        refuse,
      ),
      ...clientKeyRules(settings, place),
      // What makes the others count is written last.
      'http-request unset-var(sess.authorization)',
      'http-request set-var(sess.name) var(txn.name)',
      'http-request set-var(sess.client_key) var(txn.client_key)',
      `http-request set-var(sess.authorization) req.fhdr(authorization) if { var(txn.client_key) -m found } ${alone}`,
    ].map(unlessKnown),
  ];
}

/** As the first condition, so that a known caller passes the rule quickly. */
function unlessKnown(rule: string): string {
  const condition = '!{ var(txn.known) -m found }';
  const at = rule.lastIndexOf(' if ');
  if (at < 0) return `${rule} if ${condition}`;
  return `${rule.slice(0, at)} if ${condition} ${rule.slice(at + ' if '.length)}`;
}

const CREDENTIALS = 'req.fhdr(authorization),regsub("^[^ ]+ +","")';
const UNREADABLE = '!{ var(txn.from_authorization),length -m int 1:255 }';

/** Printable characters and all above them, in hexadecimal: RFC 7617, 2 has no control characters in credentials. */
const NO_CONTROLS = "'^(?:[2-68-9A-F][0-9A-F]|7[0-9A-E])++$'";

/** One encoding of these bytes and no other (RFC 4648, 3.5), without control characters, and with a colon. */
function basicRules(refuse: Refuse): string[] {
  return [
    `http-request set-var(txn.basic) '${CREDENTIALS}' if { req.fhdr(authorization) -m reg -i '^basic +[a-z0-9+/]+={0,2}$' }`,
    'http-request set-var(txn.basic_again) var(txn.basic),b64dec,base64',
    `http-request set-var(txn.from_authorization) var(txn.basic),b64dec,field(1,:) if { var(txn.basic),strcmp(txn.basic_again) eq 0 } { var(txn.basic),b64dec,hex -m reg ${NO_CONTROLS} } { var(txn.basic),b64dec -m sub : }`,
    refuse(
      'malformed_request',
      `${UNREADABLE} { req.fhdr(authorization) -m reg -i '^basic( |$)' }`,
    ),
  ];
}

function apikeyRules(refuse: Refuse): string[] {
  return [
    `http-request set-var(txn.from_authorization) '${CREDENTIALS},field(1,:)' if { req.fhdr(authorization) -m reg -i '^apikey +[^ ].*:' }`,
    refuse(
      'malformed_request',
      `${UNREADABLE} { req.fhdr(authorization) -m reg -i '^apikey( |$)' }`,
    ),
  ];
}

function headerRules(header: string, variable: string, refuse: Refuse): string[] {
  return [
    refuse('malformed_request', `{ req.fhdr_cnt(${header}) gt 1 }`),
    `http-request set-var(${variable}) req.fhdr(${header})`,
    refuse(
      'malformed_request',
      `{ req.fhdr_cnt(${header}) gt 0 } !{ var(${variable}),length -m int 1:255 }`,
    ),
  ];
}

function choice(variables: readonly string[], refuse: Refuse): string[] {
  return [
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

/**
 * The maps have keyed hashes of names (`apiClientNameHash`): environment, a zero byte, name. HAProxy's texts end at a
 * zero byte, so it is put in as an escape and taken out of it last.
 */
function clientKeyRules({ haproxyMap }: ProxySettings, { environment }: Place): string[] {
  return [
    `http-request set-var(txn.name_key) str(settings:name_key),map_str(${haproxyMap})`,
    'http-request set-var(txn.name_escaped) var(txn.name),url_enc',
    `http-request set-var(txn.name_hash) str(${environment}%00),concat(,txn.name_escaped),url_dec,hmac(sha256,txn.name_key),hex if { var(txn.name) -m found }`,
    `http-request set-var(txn.client_key) str(name:${environment}:),concat(,txn.name_hash) if { var(txn.name_hash) -m found }`,
  ];
}

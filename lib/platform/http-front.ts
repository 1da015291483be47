/**
 * What happens to every request before Next sees it: who is calling is settled, nothing a client says about itself in
 * forwarded or internal headers survives, and pages take state changes from their own origin only.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { ERRORS, type ErrorCode } from '@/lib/kernel/errors';
import { ADDRESS_HEADER, NONCE_HEADER, PATH_HEADER, REQUEST_ID_HEADER } from './request-facts';

export type FrontSettings = {
  publicUrl: string;
  /** Addresses or CIDR blocks whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
};

/** Headers by which a client could pretend to be a proxy, or Next's own machinery [CVE-2025-29927]. */
const NEVER_FROM_CLIENTS =
  /^(x-forwarded-|forwarded$|x-real-ip$|x-countersign-|x-middleware-|x-request-id$|x-invoke-|x-matched-path$|content-security-policy$)/;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Their own credential is a header no other site can send, so they need no origin check. */
const HEADER_AUTHENTICATED = /^\/api\/(v1|edge)\//;

export function httpFront(settings: FrontSettings) {
  const proxies = blockList(settings.trustedProxies);
  const origin = new URL(settings.publicUrl);
  const secure = origin.protocol === 'https:';

  /** Prepares the request in place. @returns false when it was answered here */
  return function prepare(request: IncomingMessage, response: ServerResponse): boolean {
    const fault = faultOf(request);
    if (fault) {
      refuse(request, response, { ...fault, origin: settings.publicUrl });
      return false;
    }
    const address = clientAddress(request, proxies);
    for (const name of Object.keys(request.headers)) {
      if (NEVER_FROM_CLIENTS.test(name)) delete request.headers[name];
    }
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const requestId = newRequestId();
    const nonce = randomBytes(16).toString('base64');
    const policy = contentSecurityPolicy(nonce);
    const host = request.headers.host ?? '';
    Object.assign(request.headers, {
      [REQUEST_ID_HEADER]: requestId,
      [ADDRESS_HEADER]: address,
      [NONCE_HEADER]: nonce,
      [PATH_HEADER]: request.url ?? '/',
      // Next takes the nonce for its own scripts from here.
      'content-security-policy': policy,
      host: origin.host,
      'x-forwarded-host': origin.host,
      'x-forwarded-proto': origin.protocol.slice(0, -1),
      'x-forwarded-for': address,
    });
    for (const [name, value] of securityHeaders(policy, secure)) response.setHeader(name, value);
    response.setHeader(REQUEST_ID_HEADER, requestId);
    if (HEADER_AUTHENTICATED.test(path) || path === '/healthz') return true;
    if (SAFE_METHODS.has(request.method ?? 'GET')) {
      // Cookies and origin checks belong to one host: whoever came by another name is sent to it.
      // Next fetches the page an action leads to by the listener's own address, with the cookies; a redirect to the
      // other name would drop those. `rsc` is on such fetches and on those of scripts, never on a person's navigation.
      if (host === origin.host || request.headers.rsc !== undefined) return true;
      response.writeHead(307, { Location: `${origin.origin}${request.url ?? '/'}` }).end();
      return false;
    }
    if (sameOrigin(request, origin.origin)) return true;
    const words = `Open ${origin.origin} and try again there.`;
    refuse(request, response, { code: 'cross_origin', words, origin: origin.origin });
    return false;
  };
}

type Fault = { code: ErrorCode; words: string };

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
/** Whose routes say themselves which methods they have. */
const SELF_DESCRIBING = /^\/api\/v1\//;
/** A form with a signing request twice, as text and as file, and room for the rest. */
const MAX_FORM_BYTES = 4 * 65_536;
const MAX_SIGN_IN_BYTES = 16_384;

/** What no page and no route should have to think about; null when the request may go on. */
function faultOf(request: IncomingMessage): Fault | null {
  const { method = 'GET', url = '/' } = request;
  const [path = '/'] = url.split('?');
  if (!METHODS.has(method) && !(method === 'OPTIONS' && SELF_DESCRIBING.test(path)))
    return { code: 'method_not_allowed', words: 'This method is not offered here.' };
  const malformed: Fault = {
    code: 'invalid_request',
    words: 'The address is malformed. Check it and try again.',
  };
  if (!url.startsWith('/') || !decodes(path)) return malformed;
  // Control characters end up in logs and databases; dot segments would name another path than the one judged here.
  if (
    /%(0[0-9a-f]|1[0-9a-f]|7f)/i.test(url) ||
    /(^|\/|\\)\.{1,2}($|\/|\\)/.test(decodeURIComponent(path))
  ) {
    return malformed;
  }
  // The routes behind a key or token bound their own bodies, piece by piece.
  if (SAFE_METHODS.has(method) || HEADER_AUTHENTICATED.test(path)) return null;
  if (request.headers['transfer-encoding'] !== undefined) {
    return {
      code: 'invalid_request',
      words: 'Send the length of the body: forms are not taken in pieces.',
    };
  }
  const limit = path.startsWith('/api/') ? MAX_SIGN_IN_BYTES : MAX_FORM_BYTES;
  const length = Number(request.headers['content-length'] ?? 0);
  if (length <= limit) return null;
  return {
    code: 'payload_too_large',
    words: `What was sent has ${length} bytes; at most ${limit} are taken. A signing request has about 1,000: go back and check that you chose the right file.`,
  };
}

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** In the form its reader can use: a problem document for programs, a line of text for people. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { code, words, origin }: Fault & { origin: string },
): void {
  const { status, title } = ERRORS[code];
  const forPrograms = request.url?.startsWith('/api/') ?? false;
  const requestId = newRequestId();
  response.setHeader(REQUEST_ID_HEADER, requestId);
  response.writeHead(status, {
    'Content-Type': forPrograms ? 'application/problem+json' : 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  });
  const problem = {
    type: `${origin}/errors#${code}`,
    title,
    status,
    code,
    detail: words,
    requestId,
  };
  response.end(forPrograms ? JSON.stringify(problem) : `${words}\n`);
}

function newRequestId(): string {
  return `req_${randomBytes(12).toString('hex')}`;
}

function sameOrigin(request: IncomingMessage, origin: string): boolean {
  const { origin: stated } = request.headers;
  if (stated !== undefined) return stated === origin;
  const site = request.headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}

/** The peer, or, when the peer is a trusted proxy, the nearest address in X-Forwarded-For that is not one. */
function clientAddress(request: IncomingMessage, proxies: BlockList): string {
  const peer = plain(request.socket.remoteAddress ?? '');
  if (!trusted(peer, proxies)) return peer;
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',');
  const hops = forwarded.split(',').map((hop) => plain(hop.trim()));
  for (const hop of hops.reverse()) {
    if (isIP(hop) === 0) break;
    if (!trusted(hop, proxies)) return hop;
  }
  return peer;
}

function trusted(address: string, proxies: BlockList): boolean {
  const family = isIP(address);
  return family !== 0 && proxies.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

function blockList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function securityHeaders(policy: string, secure: boolean): [string, string][] {
  return [
    ['Content-Security-Policy', policy],
    ['X-Content-Type-Options', 'nosniff'],
    ['Referrer-Policy', 'same-origin'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
    ['Permissions-Policy', 'camera=(), microphone=(), geolocation=()'],
    ...(secure ? [['Strict-Transport-Security', 'max-age=31536000'] as [string, string]] : []),
  ];
}

/** OCSP over HTTP: POST, and GET with the request in the address. @see RFC 6960, A.1 RFC 5019, 5 and 6 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KnownIssuer } from '@/lib/issuers/book';
import { MAX_OCSP_REQUEST_BYTES } from '@/lib/pki/ocsp-request';
import { OCSP_PROFILE } from '@/lib/pki/profile';
import { currentTime } from '@/lib/platform/clock';
import type { KeptAnswer, Ocsp, OcspAnswer } from './ocsp';
import { say } from './say';

const REQUEST_MEDIA = 'application/ocsp-request';
const RESPONSE_MEDIA = 'application/ocsp-response';

type Exchange = {
  service: Ocsp;
  issuer: KnownIssuer;
  /** What follows `/ocsp` in the address, as it was sent. */
  rest: string;
  request: IncomingMessage;
  response: ServerResponse;
};

export async function answerOcsp(exchange: Exchange): Promise<void> {
  const { request, response, rest, service, issuer } = exchange;
  const { method = 'GET' } = request;
  if (method === 'POST' && (rest === '' || rest === '/')) return answerPost(exchange);
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', rest === '' ? 'POST' : 'GET, HEAD');
    return say(response, 405, 'An OCSP request is sent with POST, or with GET in the address.');
  }
  if (rest === '' || rest === '/') {
    return say(
      response,
      400,
      'Send an OCSP request: with POST to this address, or with GET and its base 64 behind it.',
    );
  }
  const asked = requestIn(rest);
  send(exchange, service.known(issuer, asked) ?? (await service.answer(issuer, asked)));
}

async function answerPost(exchange: Exchange): Promise<void> {
  const { request, response, service, issuer } = exchange;
  const media = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (media !== REQUEST_MEDIA) {
    refuseBody(response);
    return say(response, 415, `Send an OCSP request, with "Content-Type: ${REQUEST_MEDIA}".`);
  }
  const body = await bodyOf(request);
  if (body === 'too large') {
    refuseBody(response);
    return say(response, 413, `An OCSP request has at most ${MAX_OCSP_REQUEST_BYTES} bytes here.`);
  }
  send(exchange, service.known(issuer, body) ?? (await service.answer(issuer, body)));
}

/** Whoever goes on sending what nobody reads is not kept. */
function refuseBody(response: ServerResponse): void {
  response.setHeader('Connection', 'close');
}

/**
 * The request in an address: base 64, percent-encoded or not. Some leave `+` and `/` as they are, some double the slash
 * before it, some leave out the padding. What cannot be read is read as nothing, which is malformed.
 */
export function requestIn(rest: string): Buffer {
  const text = decoded(rest).replace(/^\/+/, '').replace(/ /g, '+').replace(/=+$/, '');
  const isBase64 = /^[A-Za-z0-9+/]+$/.test(text) && text.length % 4 !== 1;
  return isBase64 ? Buffer.from(text, 'base64') : Buffer.alloc(0);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function send({ request, response }: Exchange, { body, kept }: OcspAnswer): void {
  const media = ['Content-Type', RESPONSE_MEDIA, 'Content-Length', String(body.length)];
  const isKnown = kept && request.method !== 'POST' && knows(request, kept.etag);
  if (isKnown) response.writeHead(304, cacheHeaders(kept)).end();
  else {
    response.writeHead(200, [...media, ...(kept ? cacheHeaders(kept) : NOT_KEPT)]);
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

const SNIFF = ['X-Content-Type-Options', 'nosniff'];
const NOT_KEPT = [...SNIFF, 'Cache-Control', 'no-store'];

/** @see RFC 5019, 6.2 */
function cacheHeaders({ etag, lastModified, expires, nextUpdate }: KeptAnswer): string[] {
  const left = Math.min(nextUpdate.getTime() - currentTime().getTime(), OCSP_PROFILE.maxAgeMs);
  const seconds = Math.max(0, Math.floor(left / 1000));
  const how = `max-age=${seconds}, public, no-transform, must-revalidate`;
  const moments = ['Last-Modified', lastModified, 'Expires', expires];
  return [...SNIFF, 'ETag', etag, ...moments, 'Cache-Control', how];
}

function knows({ headers }: IncomingMessage, etag: string): boolean {
  return headers['if-none-match']?.includes(etag) ?? false;
}

/** How long it may take is bounded by the server's own limit for requests. */
function bodyOf(request: IncomingMessage): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = [];
  let length = Number(request.headers['content-length'] ?? 0);
  if (length > MAX_OCSP_REQUEST_BYTES) return Promise.resolve('too large');
  length = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_OCSP_REQUEST_BYTES) chunks.push(chunk);
      else {
        request.pause();
        resolve('too large');
      }
    });
    request.once('end', () =>
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
    );
    request.once('error', reject);
  });
}

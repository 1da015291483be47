/** OCSP over HTTP: POST, and GET with the request in the address. @see RFC 6960, A.1 RFC 5019, 5 and 6 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KnownIssuer } from '@/lib/issuers/book';
import { SECOND_MS } from '@/lib/kernel/time';
import { MAX_OCSP_REQUEST_BYTES } from '@/lib/pki/ocsp-request';
import { OCSP_PROFILE } from '@/lib/pki/profile';
import { currentTime } from '@/lib/platform/clock';
import type { Ocsp, OcspAnswer } from './ocsp';
import { say } from './say';

const REQUEST_MEDIA = 'application/ocsp-request';
const RESPONSE_MEDIA = 'application/ocsp-response';
const BODY_WITHIN_MS = 10 * SECOND_MS;

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
  send(exchange, await service.answer(issuer, requestIn(rest)));
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
  if (body === 'too slow') {
    refuseBody(response);
    return say(response, 408, 'The request did not arrive in time. Send it again.');
  }
  send(exchange, await service.answer(issuer, body));
}

/** Whoever goes on sending what nobody reads is not kept. */
function refuseBody(response: ServerResponse): void {
  response.setHeader('Connection', 'close');
}

/**
 * The request in an address: base 64, percent-encoded or not. Some leave `+` and `/` as they are, some double the slash
 * before it, some leave out the padding. What cannot be read is read as nothing, which is malformed.
 */
export function requestIn(rest: string): Uint8Array {
  const text = decoded(rest).replace(/^\/+/, '').replace(/ /g, '+').replace(/=+$/, '');
  const isBase64 = /^[A-Za-z0-9+/]+$/.test(text) && text.length % 4 !== 1;
  return isBase64 ? Buffer.from(text, 'base64') : new Uint8Array();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function send({ request, response }: Exchange, { body, kept }: OcspAnswer): void {
  if (kept) {
    const { etag, thisUpdate, nextUpdate } = kept;
    const left = nextUpdate.getTime() - currentTime().getTime();
    const seconds = Math.max(0, Math.floor(Math.min(left, OCSP_PROFILE.maxAgeMs) / 1000));
    response.setHeader('ETag', etag);
    response.setHeader('Last-Modified', thisUpdate.toUTCString());
    response.setHeader('Expires', nextUpdate.toUTCString());
    const how = `max-age=${seconds}, public, no-transform, must-revalidate`;
    response.setHeader('Cache-Control', how);
    const known = request.headers['if-none-match'];
    if (request.method !== 'POST' && known?.includes(etag)) {
      response.writeHead(304).end();
      return;
    }
  } else response.setHeader('Cache-Control', 'no-store');
  response.writeHead(200, { 'Content-Type': RESPONSE_MEDIA, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | 'too large' | 'too slow'> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_OCSP_REQUEST_BYTES) return 'too large';
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('too slow'), BODY_WITHIN_MS);
    const end = (result: Buffer | 'too large') => {
      clearTimeout(timer);
      resolve(result);
    };
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_OCSP_REQUEST_BYTES) {
        request.pause();
        end('too large');
      } else chunks.push(chunk);
    });
    request.once('end', () => end(Buffer.concat(chunks)));
    request.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

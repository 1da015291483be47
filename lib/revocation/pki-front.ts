/**
 * Everything below /pki/, for foreign software: lists, CA certificates and OCSP, in front of Next, whose router would
 * redirect an OCSP request with `//` in it, and in front of the redirect to the portal's own host, since these
 * addresses are in certificates and may have a name of their own. Nothing here is anybody's secret.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { issuerBook } from '@/lib/issuers/book';
import { isId } from '@/lib/kernel/ids';
import { log } from '@/lib/platform/log';
import { bundleDocument, caDocument, crlDocument, type PkiDocument } from './documents';
import { ocsp } from './ocsp';
import { answerOcsp } from './ocsp-http';
import { say } from './say';

const PREFIX = '/pki/';
const GET = ['GET', 'HEAD'];

export type PkiFront = {
  /** @returns whether the request was taken; one for a page is left to whoever comes next */
  take(request: IncomingMessage, response: ServerResponse): boolean;
  close(): void;
};

export function pkiFront(): PkiFront {
  const service = ocsp();
  return {
    take(request, response) {
      const url = request.url ?? '';
      if (!url.startsWith(PREFIX)) return false;
      const path = (url.split('?')[0] ?? '').slice(PREFIX.length);
      answer(path, request, response).catch((error: unknown) => {
        log().error({ err: error }, 'a request below /pki failed');
        if (response.headersSent) response.destroy();
        else say(response, 500, 'This went wrong for a reason that is in our log. Try again.');
      });
      return true;
    },
    close: () => service.close(),
  };

  async function answer(path: string, request: IncomingMessage, response: ServerResponse) {
    const [id = '', what = ''] = path.split('/', 2);
    const issuer = isId('issuer', id)
      ? issuerBook()
          .all()
          .find((one) => one.id === id)
      : undefined;
    if (path === 'bundle.pem') {
      sendDocument(request, response, bundleDocument(issuerBook().all()));
    } else if (!issuer) {
      say(response, 404, 'No CA of ours has this address. All of them are listed at /pki.');
    } else if (what === 'ocsp') {
      const rest = path.slice(`${id}/ocsp`.length);
      await answerOcsp({ service, issuer, rest, request, response });
    } else if (path === `${id}/ca.crl`) {
      sendCrl(request, response, crlDocument(issuer));
    } else if (path === `${id}/ca.crt` || path === `${id}/ca.pem`) {
      sendDocument(request, response, caDocument(issuer, what === 'ca.pem' ? 'pem' : 'der'));
    } else {
      say(response, 404, 'There is ca.crt, ca.pem, ca.crl and ocsp at this CA, and nothing else.');
    }
  }
}

function sendCrl(
  request: IncomingMessage,
  response: ServerResponse,
  crl: PkiDocument | null,
): void {
  if (crl) {
    sendDocument(request, response, crl);
    return;
  }
  response.setHeader('Retry-After', '5');
  say(response, 503, 'The first revocation list is not made yet. Try again in seconds.');
}

/** @see RFC 9110, 8.8 (ETag, Last-Modified), 13.1 (conditions), 15.4.5 (304) */
function sendDocument(
  request: IncomingMessage,
  response: ServerResponse,
  document: PkiDocument,
): void {
  if (!GET.includes(request.method ?? 'GET')) {
    response.setHeader('Allow', GET.join(', '));
    say(response, 405, 'This is read with GET.');
    return;
  }
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('ETag', document.etag);
  response.setHeader('Last-Modified', document.lastModified.toUTCString());
  response.setHeader('Cache-Control', document.cacheControl);
  if (isKnown(request, document)) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {
    'Content-Type': document.media,
    'Content-Length': document.body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : document.body);
}

function isKnown({ headers }: IncomingMessage, document: PkiDocument): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    // A cache that compressed the answer may have weakened the tag.
    const known = tags.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    return known.includes('*') || known.includes(document.etag);
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return document.lastModified.getTime() <= since;
}

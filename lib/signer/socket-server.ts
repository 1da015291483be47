/**
 * The signer's side of its socket: whoever knows the start-up secret and may open the socket asks for the operations
 * of the port, and there is nothing else to ask for.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { z } from 'zod';
import { SECOND_MS } from '@/lib/kernel/time';
import { shallowParts } from '@/lib/pki/crl-read';
import { bitStringOctets, readDer } from '@/lib/pki/der';
import type { LintedDraft } from '@/lib/pki/lint';
import type { LintedCrl } from '@/lib/pki/lint-crl';
import type { LintedResponder } from '@/lib/pki/ocsp-responder';
import { traced } from '@/lib/telemetry/span';
import { type Signer, SignerRefusal } from './port';
import { ISSUER_HEADER, jsonOf, ResponderRequest, ROUTES, SignRequest } from './protocol';

/** Reads what was committed to be signed; null when there is no such pending intent. */
export type ReadIntent = (
  intentId: string,
) => Promise<{ issuerId: string; tbsDer: Uint8Array } | null>;

const MAX_BODY_BYTES = 64 * 1024;
/** 600,000 entries. */
const MAX_CRL_BYTES = 32 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 5 * SECOND_MS;
const READING = { name: 'SELECT intent', kind: 'client' } as const;

/** @param input.readIntent null: the database is the portal's own, which sends the intent */
export function signerServer(input: {
  signer: Signer;
  secret: string;
  readIntent: ReadIntent | null;
  onFault: (error: unknown) => void;
}): Server {
  const { signer, secret, readIntent, onFault } = input;
  const operations: Record<string, (request: IncomingMessage) => Promise<Uint8Array | string>> = {
    [`POST ${ROUTES.sign}`]: async (request) => {
      const call = asked(SignRequest, await bodyOf(request));
      const { intentId } = call;
      if ((call.intent === null) === (readIntent === null)) {
        throw new SignerRefusal('this signer reads intents elsewhere: see SIGNER_DATABASE_URL');
      }
      const intent = call.intent ?? (await traced(READING, async () => readIntent?.(intentId)));
      if (!intent) throw new SignerRefusal(`no pending intent has the id ${intentId}`);
      // Unlinted: every signer lints again what it is given, and this one was given bytes.
      const tbs = { tbsDer: intent.tbsDer } as unknown as LintedDraft;
      return signer.sign({ intentId, issuerId: intent.issuerId, tbs });
    },
    [`POST ${ROUTES.crl}`]: async (request) => {
      const issuerId = String(request.headers[ISSUER_HEADER]);
      const tbs = { tbsDer: await bodyOf(request, MAX_CRL_BYTES) } as unknown as LintedCrl;
      return signatureIn(await signer.signCrl({ issuerId, tbs }));
    },
    [`POST ${ROUTES.responder}`]: async (request) => {
      const call = asked(ResponderRequest, await bodyOf(request));
      const { responderId, issuerId, tbsDer } = call;
      const tbs = { tbsDer } as unknown as LintedResponder;
      return signer.signOcspResponder({ responderId, issuerId, tbs });
    },
    [`GET ${ROUTES.status}`]: async () => jsonOf(await signer.status()),
  };
  return createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, async (request, response) => {
    try {
      if (!knows(secret, request)) {
        response.writeHead(401).end();
        return;
      }
      const operation = operations[`${request.method} ${request.url}`];
      if (!operation) {
        response.writeHead(404).end();
        return;
      }
      const answer = await spanned(request, operation);
      response.writeHead(200, { 'Content-Length': Buffer.byteLength(answer) }).end(answer);
    } catch (error) {
      const refused = error instanceof SignerRefusal;
      if (!refused) onFault(error);
      const message = error instanceof Error ? error.message : 'failed';
      const text = JSON.stringify({ refused, message });
      response.writeHead(refused ? 422 : 500, { Connection: 'close' }).end(text);
    }
  });
}

/** Whoever knows the secret is the portal, so what it does is part of what the portal does. */
function spanned<T>(
  request: IncomingMessage,
  operation: (request: IncomingMessage) => Promise<T>,
): Promise<T> {
  const { headers } = request;
  const name = SPANS[request.url ?? ''];
  if (name === undefined) return operation(request);
  const parent = [headers.traceparent].flat()[0];
  return traced({ name, kind: 'server', parent }, () => operation(request));
}

/** A status is asked for all day. */
const SPANS: Readonly<Record<string, string>> = {
  [ROUTES.sign]: 'sign a certificate',
  [ROUTES.crl]: 'sign a revocation list',
  [ROUTES.responder]: 'sign an OCSP responder',
};

/** @throws SignerRefusal for anything else: garbage is no fault of ours, and not worth a line in the log each */
function asked<T>(shape: z.ZodType<T>, body: Buffer): T {
  const parsed = shape.safeParse(json(body));
  if (parsed.success) return parsed.data;
  throw new SignerRefusal('the request has not the shape of its operation');
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function signatureIn(crlDer: Uint8Array): Uint8Array {
  return bitStringOctets(readDer(shallowParts(crlDer)[2] ?? new Uint8Array()), 'a signature');
}

function knows(secret: string, { headers }: IncomingMessage): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${secret}`));
}

async function bodyOf(request: IncomingMessage, maxBytes = MAX_BODY_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > maxBytes) throw new SignerRefusal('the request is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

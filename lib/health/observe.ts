/** Counts what passes by, and changes nothing of it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { OPERATIONS, type Operation } from '@/lib/contract/operations';
import { metrics, secondsSince } from '@/lib/platform/metrics';
import type { Signer } from '@/lib/signer/port';
import { SignerGone, SignerRefusal } from '@/lib/signer/port';
import { traced } from '@/lib/telemetry/span';

/** Counts a request when its answer ends, whole or not. */
export function observeRequest(request: IncomingMessage, response: ServerResponse): void {
  const startMs = performance.now();
  const operation = operationOf(request.method ?? 'GET', request.url ?? '/');
  response.once('close', () => {
    const status = response.writableFinished ? String(response.statusCode) : 'broken off';
    metrics().requests.inc({ operation, status });
    // A stream lasts as long as somebody watches.
    if (operation === STREAM) return;
    metrics().requestSeconds.observe({ operation }, secondsSince(startMs));
  });
}

const STREAM = 'stream';

const REST = Object.values<Operation>(OPERATIONS).map(({ id, method, path }) => ({
  id,
  method,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

/** By the first that fits; the path itself is a client's to invent. */
const OTHERS: [RegExp, string][] = [
  [/^\/api\/v1\//, 'unknown operation'],
  [/^\/api\/edge\/v1\/snapshot$/, STREAM],
  [/^\/api\/edge\//, 'edge'],
  [/^\/api\/auth\//, 'sign-in'],
  [/^\/connect\/stream$/, STREAM],
  [/^\/pki\//, 'pki'],
  [/^\/(healthz|readyz|metrics)$/, 'health'],
  [/^\/_next\//, 'asset'],
];

/** @returns an operation of the REST API, or one word of a short list */
export function operationOf(method: string, url: string): string {
  const [path = '/'] = url.split('?');
  const rest = path.startsWith('/api/v1/')
    ? REST.find((one) => one.method === method && one.pattern.test(path))
    : undefined;
  if (rest) return rest.id;
  const other = OTHERS.find(([pattern]) => pattern.test(path));
  if (other) return other[1];
  return method === 'POST' ? 'act on a page' : 'page';
}

/** Whether it lasts as long as somebody listens. */
export function isStream({ method, url }: IncomingMessage): boolean {
  return operationOf(method ?? 'GET', url ?? '/') === STREAM;
}

/** A signer whose answers are counted and timed. */
export function observedSigner(signer: Signer): Signer {
  const observed =
    <In extends { issuerId: string }, Out>(operation: string, ask: (input: In) => Promise<Out>) =>
    async (input: In): Promise<Out> => {
      const startMs = performance.now();
      const done = (result: string) =>
        metrics().signerSeconds.observe({ operation, result }, secondsSince(startMs));
      try {
        const { issuerId } = input;
        const attributes = { 'countersign.issuer_id': issuerId };
        const span = { name: `signer: ${operation}`, kind: 'client', attributes } as const;
        const answer = await traced(span, () => ask(input));
        done('signed');
        return answer;
      } catch (error) {
        done(signerResult(error));
        throw error;
      }
    };
  return {
    sign: observed('certificate', (input: Parameters<Signer['sign']>[0]) => signer.sign(input)),
    signCrl: observed('revocation list', (input: Parameters<Signer['signCrl']>[0]) =>
      signer.signCrl(input),
    ),
    signOcspResponder: observed(
      'ocsp responder',
      (input: Parameters<Signer['signOcspResponder']>[0]) => signer.signOcspResponder(input),
    ),
    status: () => signer.status(),
  };
}

function signerResult(error: unknown): string {
  if (error instanceof SignerRefusal) return 'refused';
  return error instanceof SignerGone ? 'gone' : 'failed';
}

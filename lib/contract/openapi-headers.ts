/** The headers of requests and replies, for the OpenAPI document. */
import type { Operation } from './operations';

type JsonObject = Record<string, unknown>;

export const REPLY_HEADERS = {
  'X-Request-Id': {
    description: 'Names this request in logs and in the activity; quote it to support.',
    required: true,
    schema: { type: 'string', pattern: '^req_[0-9a-f]{24}$' },
  },
  'RateLimit-Policy': {
    description: 'Requests `q` in `w` seconds: at once, and sustained.',
    required: true,
    schema: { type: 'string' },
  },
  RateLimit: {
    description: 'Requests that remain (`r`), and seconds until all do again (`t`).',
    required: true,
    schema: { type: 'string', pattern: '^"[a-z-]+";r=\\d+;t=\\d+$' },
  },
  'Retry-After': {
    description: 'Seconds after which to try again.',
    required: true,
    schema: { type: 'string', pattern: '^\\d+$' },
  },
  ETag: {
    description: 'Of what was read. Send it back in If-Match or If-None-Match.',
    required: true,
    schema: { type: 'string', pattern: '^"[^"]+"$' },
  },
  Location: {
    description: 'Where what was made can be read.',
    required: true,
    schema: { type: 'string' },
  },
  'Idempotency-Replayed': {
    description: '`true`: the answer of the first request with this key, given again.',
    required: false,
    schema: { type: 'string', const: 'true' },
  },
  'WWW-Authenticate': {
    description: 'How to prove who you are.',
    required: true,
    schema: { type: 'string', pattern: '^Bearer' },
  },
} as const;

type HeaderName = keyof typeof REPLY_HEADERS;

const ALWAYS: readonly HeaderName[] = ['X-Request-Id', 'RateLimit-Policy', 'RateLimit'];
const RETRIED = [429, 503];

export function replyHeaders(operation: Operation): JsonObject {
  return referred([
    ...ALWAYS,
    ...(operation.tagged ? (['ETag'] as const) : []),
    ...(operation.reply.status === 201 ? (['Location'] as const) : []),
    ...(operation.method === 'POST' && !operation.idempotency
      ? (['Idempotency-Replayed'] as const)
      : []),
  ]);
}

export function problemHeaders(status: number): JsonObject {
  return referred([
    ...ALWAYS,
    ...(RETRIED.includes(status) ? (['Retry-After'] as const) : []),
    ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
  ]);
}

/** What an operation reads from the headers of a request. */
export function headerParameters(operation: Operation): JsonObject[] {
  const parameters: JsonObject[] = [];
  const add = (name: string, description: string, maxLength: number) =>
    parameters.push({
      name,
      in: 'header',
      required: false,
      description,
      schema: { type: 'string', minLength: 1, maxLength },
    });
  if (operation.method === 'POST') {
    add('Idempotency-Key', 'The same key with the same request gives the same answer.', 255);
  }
  if (operation.tagged) add('If-None-Match', 'A tag you have: 304 if nothing changed.', 500);
  if (operation.conditional) add('If-Match', 'A tag you read: 412 if it changed since.', 500);
  return parameters;
}

function referred(names: readonly HeaderName[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

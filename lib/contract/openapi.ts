/** The OpenAPI 3.1 document, printed from the operations table. */
import { z } from 'zod';
import { PERMISSIONS } from '@/lib/access/permissions';
import { ERRORS, type ErrorCode } from '@/lib/kernel/errors';
import { headerParameters, problemHeaders, REPLY_HEADERS, replyHeaders } from './openapi-headers';
import { OPERATIONS, type Operation } from './operations';
import { problemSchema } from './views';

type JsonObject = Record<string, unknown>;

/** What any operation with a key may answer besides its own errors. */
const ALWAYS: readonly ErrorCode[] = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'network_not_allowed',
  'account_suspended',
  'rate_limited',
  'internal_error',
  'database_unavailable',
];

const IDEMPOTENCY: readonly ErrorCode[] = [
  'invalid_idempotency_key',
  'idempotency_in_progress',
  'idempotency_conflict',
];

/** Logged where an operation answers with a code that is not among its `errorsOf`. */
export const UNDOCUMENTED = 'an operation answered with a code that its document does not have';

/** Every code that an operation may answer with. */
export function errorsOf(operation: Operation): ErrorCode[] {
  if (operation.permission === null) return [];
  return [
    ...new Set<ErrorCode>([
      ...ALWAYS,
      ...(operation.body ? (['payload_too_large', 'unsupported_media_type'] as const) : []),
      ...(operation.method === 'POST' ? IDEMPOTENCY : []),
      ...operation.errors,
    ]),
  ];
}

/** @see OpenAPI 3.1.1 */
export function openApiDocument(publicUrl: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const operation of Object.values<Operation>(OPERATIONS)) {
    const path = paths[operation.path] ?? {};
    path[operation.method.toLowerCase()] = described(operation);
    paths[operation.path] = path;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Countersign',
      version: '1.0.0',
      description:
        'Client certificates and mTLS enforcement. Errors are RFC 9457 problem documents; branch on `code`. New members may be added to replies at any time.',
    },
    servers: [{ url: publicUrl }],
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'csk_<environment>_<prefix>_<secret><check>',
        },
      },
      headers: REPLY_HEADERS,
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
    },
  };
}

function described(operation: Operation): JsonObject {
  const { reply } = operation;
  const media = reply.media ?? 'application/json';
  const schema = reply.schema
    ? jsonSchema(reply.schema, 'output')
    : { type: 'string', format: 'binary' };
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.permission === null ? { security: [] } : {}),
    description: operation.permission === null ? 'No key is needed.' : scopeSentence(operation),
    parameters: parametersOf(operation),
    ...(operation.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchema(operation.body, 'input') } },
          },
        }
      : {}),
    responses: {
      [reply.status]: {
        description: operation.summary,
        headers: replyHeaders(operation),
        content: { [media]: { schema } },
      },
      ...(operation.tagged
        ? { 304: { description: 'It is as If-None-Match says.', headers: replyHeaders(operation) } }
        : {}),
      ...problems(errorsOf(operation)),
    },
  };
}

function scopeSentence(operation: Operation): string {
  const { permission } = operation;
  if (permission === null) return '';
  const scope =
    permission in PERMISSIONS
      ? PERMISSIONS[permission as keyof typeof PERMISSIONS].keyScope
      : 'operator';
  return `The key needs the scope \`${scope}\`.`;
}

function parametersOf(operation: Operation): JsonObject[] {
  const parameters = [
    ...members(operation.params).map(([name, schema]) => ({
      name,
      in: 'path',
      required: true,
      schema,
    })),
    ...members(operation.query).map(([name, schema]) => ({
      name,
      in: 'query',
      required: false,
      schema,
    })),
  ];
  return [...parameters, ...headerParameters(operation)];
}

function members(schema: z.ZodObject | undefined): [string, unknown][] {
  return schema
    ? Object.entries(schema.shape).map(([name, member]) => [name, jsonSchema(member, 'input')])
    : [];
}

function problems(codes: readonly ErrorCode[]): JsonObject {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      status,
      {
        description: named.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('; '),
        headers: problemHeaders(status),
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    ]),
  );
}

function jsonSchema(schema: z.core.$ZodType, io: 'input' | 'output'): JsonObject {
  const printed = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  const { $schema: _dialect, $defs: _json, ...rest } = printed;
  return JSON.parse(JSON.stringify(rest), anyJson);
}

/** "Any JSON" refers to itself from the root of its schema, which is not the root of this document. */
function anyJson(_name: string, value: unknown): unknown {
  return String(Object(value).$ref).startsWith('#/$defs/') ? {} : value;
}

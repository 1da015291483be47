/**
 * What every REST route has in common, so that a route is one call of one use case: the key, its rate, the request
 * parsed by the contract, and a problem document for whatever is thrown.
 */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { z } from 'zod';
import type { Principal } from '@/lib/access/scope';
import {
  MAX_BODY_BYTES,
  OPERATIONS,
  type Operation,
  type OperationId,
} from '@/lib/contract/operations';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { jsonBody, parsed } from '@/lib/platform/body';
import { deployment } from '@/lib/platform/deployment';
import { problemResponse } from '@/lib/platform/problem';
import { processWide } from '@/lib/platform/process-wide';
import { factsFrom, REQUEST_ID_HEADER } from '@/lib/platform/request-facts';
import { principalOfKey } from './keys';

type Part<Id extends OperationId, Name extends 'params' | 'query' | 'body'> =
  (typeof OPERATIONS)[Id] extends Record<Name, infer S extends z.ZodType> ? z.infer<S> : undefined;

export type RestCall<Id extends OperationId> = {
  principal: Principal;
  params: Part<Id, 'params'>;
  query: Part<Id, 'query'>;
  body: Part<Id, 'body'>;
  idempotencyKey: string | null;
};

type RouteContext = { params: Promise<Record<string, string>> };
type Route = (request: Request, context: RouteContext) => Promise<Response>;
export type Reply = { value: unknown; headers?: Record<string, string> } | Response;

/** A route for an operation. `work` returns what the contract's reply describes, or a whole Response. */
export function restRoute<Id extends OperationId>(
  id: Id,
  work: (call: RestCall<Id>) => Promise<Reply>,
): Route {
  const operation: Operation = OPERATIONS[id];
  return async (request, context) => {
    const { requestId } = factsFrom(request.headers);
    try {
      const principal = await principalOfKey(request.headers.get('authorization'), requestId);
      await countRequest(principal.actor.id);
      const url = new URL(request.url);
      const call = {
        principal,
        params: operation.params && parameters(operation, await context.params),
        query: operation.query && parsed(queryOf(url), operation.query),
        body: operation.body && (await jsonBody(request, operation.body, MAX_BODY_BYTES)),
        idempotencyKey: operation.idempotencyKey ? idempotencyKey(request) : null,
      } as RestCall<Id>;
      const reply = await work(call);
      if (reply instanceof Response) {
        reply.headers.set(REQUEST_ID_HEADER, requestId);
        return reply;
      }
      return Response.json(reply.value, {
        status: operation.reply.status,
        headers: {
          'Cache-Control': 'no-store',
          [REQUEST_ID_HEADER]: requestId,
          ...reply.headers,
        },
      });
    } catch (error) {
      return problemResponse(error, requestId);
    }
  };
}

/** For the methods a path does not have. */
export function methodNotAllowed(...allowed: string[]): Route {
  return async (request) => {
    const error = new AppError('method_not_allowed', {
      detail: `${request.method} is not offered here. Use ${allowed.join(' or ')}.`,
    });
    const response = problemResponse(error, factsFrom(request.headers).requestId);
    response.headers.set('Allow', allowed.join(', '));
    return response;
  };
}

/** A path parameter that cannot be is a thing that does not exist. */
function parameters(operation: Operation, values: Record<string, string>): unknown {
  const result = operation.params?.safeParse(values);
  if (result?.success) return result.data;
  throw new AppError('not_found', {
    detail: `There is nothing at this path. ${operation.path} takes other values.`,
  });
}

function queryOf(url: URL): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of url.searchParams) {
    if (Object.hasOwn(values, name)) {
      throw new AppError('invalid_request', {
        detail: `The query parameter ${name.slice(0, 40)} is given twice. Give it once.`,
      });
    }
    values[name] = value;
  }
  return values;
}

/** @see draft-ietf-httpapi-idempotency-key-header-07, 2.1; quotes around the value are optional here */
function idempotencyKey(request: Request): string | null {
  const value = request.headers.get('idempotency-key');
  if (value === null) return null;
  if (/^[\x21-\x7e]{1,255}$/.test(value)) return value;
  throw new AppError('invalid_idempotency_key', {
    detail:
      'An Idempotency-Key has 1 to 255 printable ASCII characters, without spaces. A UUID is a good one.',
  });
}

async function countRequest(keyId: string): Promise<void> {
  const limiter = processWide(
    'api-limiter',
    () =>
      new RateLimiterMemory({
        points: deployment().apiRequestsPerMinute,
        duration: MINUTE_MS / SECOND_MS,
      }),
  );
  try {
    await limiter.consume(keyId);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new AppError('rate_limited', {
      detail: `This key has made its ${deployment().apiRequestsPerMinute} requests of this minute.`,
      retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / SECOND_MS)),
    });
  }
}

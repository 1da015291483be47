/**
 * What every REST route has in common, so that a route is one call of one use case: the key, its rate, the request
 * parsed by the contract, the reply kept for a repeat, and a problem document for whatever is thrown.
 */
import type { z } from 'zod';
import { PERMISSIONS, type Permission } from '@/lib/access/permissions';
import { authorize, authorizeDeployment, type Principal } from '@/lib/access/scope';
import { errorsOf, UNDOCUMENTED } from '@/lib/contract/openapi';
import {
  MAX_BODY_BYTES,
  OPERATIONS,
  type Operation,
  type OperationId,
} from '@/lib/contract/operations';
import { AppError } from '@/lib/kernel/errors';
import { jsonBody, parsed } from '@/lib/platform/body';
import { log } from '@/lib/platform/log';
import { problemResponse } from '@/lib/platform/problem';
import { factsFrom, REQUEST_ID_HEADER, type RequestFacts } from '@/lib/platform/request-facts';
import { principalOfKey } from './authenticate';
import { confined } from './confine';
import { type KeptReply, onceForKey } from './idempotency';
import { type Meter, meterFor } from './meter';

type Part<Id extends OperationId, Name extends 'params' | 'query' | 'body'> =
  (typeof OPERATIONS)[Id] extends Record<Name, infer S extends z.ZodType> ? z.infer<S> : undefined;

export type RestCall<Id extends OperationId> = {
  principal: Principal;
  params: Part<Id, 'params'>;
  query: Part<Id, 'query'>;
  body: Part<Id, 'body'>;
  idempotencyKey: string | null;
  ifMatch: string | null;
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
  const answer = async (
    request: Request,
    context: RouteContext,
    facts: RequestFacts,
    meter: Meter,
  ) => {
    const principal = await callerOf(request, facts, meter);
    const url = new URL(request.url);
    const call = {
      principal,
      params: operation.params && parameters(operation, await context.params),
      query: operation.query && parsed(queryOf(url), operation.query),
      body: operation.body && (await jsonBody(request, operation.body, MAX_BODY_BYTES)),
      idempotencyKey: operation.method === 'POST' ? idempotencyKey(request) : null,
      ifMatch: operation.conditional ? request.headers.get('if-match') : null,
    } as RestCall<Id>;
    await confined(operation, call);
    if (call.idempotencyKey !== null && operation.idempotency !== 'own') {
      return repeatable(operation, call, async () => kept(operation, await work(call)));
    }
    const reply = await work(call);
    if (reply instanceof Response) return reply;
    const { status, body, headers } = kept(operation, reply);
    if (operation.tagged && sameTag(request, headers.ETag)) {
      return new Response(null, { status: 304, headers: { ETag: headers.ETag ?? '' } });
    }
    return jsonReply({ status, body, headers });
  };
  return (request, context) =>
    answered(request, (facts, meter) =>
      answer(request, context, facts, meter).catch((error: unknown) => {
        if (error instanceof AppError) noteUndocumented(operation, facts, error);
        throw error;
      }),
    );
}

/** For the methods a path does not have, and OPTIONS. @see RFC 9110, 9.3.7 and 15.5.6 */
export function methodNotAllowed(...methods: string[]): Route {
  const allowed = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const Allow = [...allowed, 'OPTIONS'].join(', ');
  return (request) =>
    answered(request, async ({ requestId }, meter) => {
      meter.countWithoutKey();
      if (request.method === 'OPTIONS')
        return new Response(null, { status: 204, headers: { Allow } });
      const error = new AppError('method_not_allowed', {
        detail: `${request.method} is not offered here. Use ${allowed.join(' or ')}.`,
      });
      const response = problemResponse(error, requestId);
      response.headers.set('Allow', Allow);
      return response;
    });
}

/** For every path that is none. */
export async function noSuchPath(request: Request): Promise<Response> {
  return answered(request, async (_facts, meter) => {
    meter.countWithoutKey();
    throw new AppError('not_found', {
      detail: 'There is nothing at this path. The paths are listed in /api/v1/openapi.json.',
    });
  });
}

/** A public reply, which needs no key: with the headers that every reply has. */
export function withoutKey(work: (request: Request) => Response): Route {
  return (request) => answered(request, async () => work(request));
}

async function answered(
  request: Request,
  work: (facts: RequestFacts, meter: Meter) => Promise<Response>,
): Promise<Response> {
  const facts = factsFrom(request.headers);
  const meter = meterFor(facts.address);
  const response = await work(facts, meter).catch((error: unknown) =>
    problemResponse(error, facts.requestId),
  );
  response.headers.set(REQUEST_ID_HEADER, facts.requestId);
  for (const [name, value] of meter.headers()) response.headers.set(name, value);
  return response;
}

/** Clients branch on codes, so one that the document leaves out is a fault of ours. */
function noteUndocumented(
  operation: Operation,
  { requestId }: RequestFacts,
  error: AppError,
): void {
  if (errorsOf(operation).includes(error.code)) return;
  log().error({ requestId, operation: operation.id, code: error.code }, UNDOCUMENTED);
}

async function callerOf(request: Request, facts: RequestFacts, meter: Meter): Promise<Principal> {
  const principal = await principalOfKey(request.headers.get('authorization'), facts).catch(
    (error: unknown) => {
      if (error instanceof AppError && error.code === 'unauthenticated') meter.countWithoutKey();
      throw error;
    },
  );
  meter.countKey(principal.actor.id);
  return principal;
}

async function repeatable<Id extends OperationId>(
  operation: Operation,
  call: RestCall<Id>,
  work: () => Promise<KeptReply>,
): Promise<Response> {
  const { principal, params, query, body, idempotencyKey: key } = call;
  const { reply, replayed } = await onceForKey(
    {
      scope: scopeFor(operation, principal),
      operation: operation.id,
      key: key ?? '',
      request: { params, query, body },
    },
    work,
  );
  const response = jsonReply(reply);
  if (replayed) response.headers.set('Idempotency-Replayed', 'true');
  return response;
}

function scopeFor({ permission }: Operation, principal: Principal) {
  if (permission !== null && isOfAccount(permission)) return authorize(principal, permission);
  return authorizeDeployment(principal, permission ?? 'deployment.manage');
}

function isOfAccount(permission: string): permission is Permission {
  return Object.hasOwn(PERMISSIONS, permission);
}

function kept(operation: Operation, reply: Reply): KeptReply {
  if (reply instanceof Response) throw new Error(`${operation.id} has no reply to keep`);
  const { value, headers = {} } = reply;
  return { status: operation.reply.status, body: JSON.stringify(value), headers };
}

function jsonReply({ status, body, headers }: KeptReply): Response {
  const common = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return new Response(body, { status, headers: { ...common, ...headers } });
}

/** @see RFC 9110, 13.1.2: weak comparison */
function sameTag(request: Request, tag: string | undefined): boolean {
  const known = request.headers.get('if-none-match')?.split(',') ?? [];
  return known.some((one) => ['*', tag].includes(one.trim().replace(/^W\//, '')));
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

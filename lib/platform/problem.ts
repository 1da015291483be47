/** Errors become RFC 9457 problem documents here and nowhere else. */
import { AppError, ERRORS, type ErrorCode } from '@/lib/kernel/errors';
import { deployment } from './deployment';
import { log } from './log';
import { REQUEST_ID_HEADER } from './request-facts';

/** @see RFC 9457, 3 */
export function problemResponse(error: unknown, requestId: string): Response {
  const known = asAppError(error);
  if (known.code === 'internal_error') log().error({ err: error, requestId }, 'unexpected error');
  const { status, title } = ERRORS[known.code];
  const body = {
    type: problemType(known.code),
    title,
    status,
    code: known.code,
    detail: known.detail,
    requestId,
    ...known.members,
  };
  const headers = new Headers({
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    [REQUEST_ID_HEADER]: requestId,
  });
  if (known.retryAfterSeconds !== null) headers.set('Retry-After', String(known.retryAfterSeconds));
  if (status === 401) headers.set('WWW-Authenticate', 'Bearer');
  return new Response(JSON.stringify(body), { status, headers });
}

/** The page that explains a code. */
export function problemType(code: string): string {
  return `${deployment().publicUrl}/errors#${code}`;
}

/** Every error as an AppError; what is not known becomes a bare `internal_error`. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseGone(error)) {
    return new AppError('database_unavailable', {
      detail: 'The database does not answer. Nothing was changed. Try again in a few seconds.',
      cause: error,
      retryAfterSeconds: 5,
    });
  }
  return new AppError('internal_error', {
    detail: 'Something we did not foresee happened. Tell support the request id.',
    cause: error,
  });
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

// Prisma's codes for a server that cannot be reached, times out, closed the connection, or has no connection to give;
// below them the driver's own: class 08 (connection), 57P0x (shutting down) and Node's socket errors.
const GONE =
  /^(P1001|P1002|P1008|P1017|P2024|P2028|08\d{3}|57P0[123]|53300|ECONN\w+|EPIPE|ETIMEDOUT|ENOENT)$/;
const GONE_KINDS = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
]);
const MAX_DEPTH = 6;

function isDatabaseGone(error: unknown): boolean {
  let current: unknown = error;
  for (let depth = 0; depth < MAX_DEPTH && current instanceof Object; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && GONE.test(current.code))
      return true;
    if ('originalCode' in current && GONE.test(String(current.originalCode))) return true;
    if ('kind' in current && GONE_KINDS.has(String(current.kind))) return true;
    if (
      current instanceof Error &&
      /Connection terminated|is not queryable|timeout exceeded when trying to connect/.test(
        current.message,
      )
    ) {
      return true;
    }
    const meta = 'meta' in current && current.meta instanceof Object ? current.meta : null;
    current =
      ('cause' in current && current.cause) ||
      (meta && 'driverAdapterError' in meta ? meta.driverAdapterError : null);
  }
  return false;
}

/**
 * Errors inside, problems outside: code throws an AppError, one place turns it into RFC 9457 problem+json.
 * `detail` is public and gives the fact, the value found, the limit and the fix; `cause` is never shown.
 */
export const ERRORS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_idempotency_key: { status: 400, title: 'The Idempotency-Key is not valid' },
  unauthenticated: { status: 401, title: 'Authentication is required' },
  forbidden: { status: 403, title: 'This is not allowed' },
  reauthentication_required: { status: 403, title: 'Confirm that it is you' },
  second_factor_required: { status: 403, title: 'A second factor is required' },
  account_suspended: { status: 403, title: 'The account is suspended' },
  network_not_allowed: { status: 403, title: 'The API key may not be used from this address' },
  plan_required: { status: 403, title: 'The plan does not include mutual TLS' },
  cross_origin: { status: 403, title: 'The request came from another origin' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  live_limit_reached: { status: 409, title: 'All certificate slots are in use' },
  public_key_in_use: { status: 409, title: 'This public key cannot be used' },
  idempotency_in_progress: { status: 409, title: 'The first request with this key is under way' },
  no_live_certificate: { status: 409, title: 'No live certificate in this environment' },
  no_recent_mtls_call: { status: 409, title: 'No recent call with a certificate' },
  no_trial: { status: 409, title: 'No trial of enforcement runs' },
  trial_unproved: { status: 409, title: 'The trial has seen no call with a certificate' },
  certificate_not_live: { status: 409, title: 'The certificate is not live' },
  last_owner: { status: 409, title: 'The account would have no Owner' },
  invitation_over: { status: 410, title: 'The invitation no longer works' },
  act_not_open: { status: 409, title: 'The act is no longer open to this' },
  already_member: { status: 409, title: 'This person is a member already' },
  already_invited: { status: 409, title: 'This person was invited already' },
  already_permitted: { status: 409, title: 'The permission is there already' },
  invitations_full: { status: 409, title: 'No more invitations may be open' },
  address_in_use: { status: 409, title: 'This address signs in here already' },
  domain_taken: { status: 409, title: 'The domain is of another account' },
  proof_refused: { status: 403, title: 'That is not right' },
  link_over: { status: 410, title: 'The link no longer works' },
  name_taken: { status: 409, title: 'The name is taken' },
  precondition_failed: { status: 412, title: 'It changed since you read it' },
  payload_too_large: { status: 413, title: 'The request is too large' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported' },
  csr_rejected: { status: 422, title: 'The signing request has faults' },
  idempotency_conflict: { status: 422, title: 'The Idempotency-Key was used for another request' },
  confirmation_required: { status: 422, title: 'A confirmation is required' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'An unexpected error' },
  ca_unavailable: { status: 503, title: 'The certificate authority is not available' },
  database_unavailable: { status: 503, title: 'The database is not available' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

export class AppError extends Error {
  readonly code: ErrorCode;
  /** Public: shown to the caller as the problem's `detail`. */
  readonly detail: string;
  /** Further public members of the problem document, for example `findings`. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Seconds after which a retry may succeed; sent as `Retry-After`. */
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ErrorCode,
    options: {
      detail: string;
      cause?: unknown;
      members?: Record<string, unknown>;
      retryAfterSeconds?: number;
    },
  ) {
    super(`${code}: ${options.detail}`, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.detail = options.detail;
    this.members = options.members ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }

  /** Next's bundle and the portal's start-up code each load this module, and throw to one another. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'AppError' && 'code' in value;
  }
}

/** For what can only be our own bug; never for input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** Makes the compiler prove that a union was handled whole. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${String(value)}`);
}

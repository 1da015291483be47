import type { ErrorCode } from '@/lib/kernel/errors';

/** What to do about each error, for the errors page and docs/errors.md. */
export const ERROR_ADVICE: Record<ErrorCode, string> = {
  invalid_request:
    'A field is missing, unknown, or of another type. `faults` names each. Compare with the OpenAPI document.',
  invalid_idempotency_key:
    'Send 1 to 255 printable ASCII characters without spaces; a UUID is a good one.',
  unauthenticated: 'Send a live API key as `Authorization: Bearer csk_...`, or sign in again.',
  forbidden:
    'The key lacks a scope, or your role a permission. An admin of the account can grant it.',
  reauthentication_required:
    'Confirm with your password, a passkey or a code, then press again. Programs with an API key are never asked.',
  second_factor_required:
    'Sign in at /sign-in, where the second factor is asked for, or set one up there when your account requires it.',
  account_suspended:
    'Nothing can be read or changed in the account, and its calls are refused. Ask support.',
  network_not_allowed:
    'Call from one of the networks that the key allows, or have an admin of the account change them. If this was not you, somebody else has the key: rotate it.',
  plan_required:
    'What is live goes on working. Ask your provider for the plan that includes mutual TLS; nothing new is issued or enforced before.',
  cross_origin: 'Open the portal under its own address and try again there.',
  not_found: 'There is no such thing, or it belongs to another account. Check the id.',
  method_not_allowed: 'Use one of the methods in the `Allow` header.',
  live_limit_reached: 'Revoke one of the certificates listed in `retirable`, then issue again.',
  public_key_in_use: 'Make a new key pair and a new signing request.',
  idempotency_in_progress:
    'Repeat it after `Retry-After` with the same Idempotency-Key: you then get the answer of the first.',
  precondition_failed:
    'Read `current`, decide again, and send the request with `If-Match: ` and the value of `etag`.',
  idempotency_conflict: 'Use a new Idempotency-Key for a new request.',
  no_live_certificate: 'Issue a certificate in that environment before you enforce mTLS there.',
  no_recent_mtls_call:
    'Make a call with your certificate to the mTLS host, or send an override with the reason why enforcement should start all the same.',
  no_trial: 'Start a trial of enforcement first; one that ended went back by itself.',
  trial_unproved:
    'Make a call with your certificate to the mTLS host while the trial runs, then confirm.',
  certificate_not_live: 'Issue a new certificate, or name one that is live.',
  last_owner: 'Make another member an Owner first; then this one may go or get another role.',
  invitation_over:
    'It was used, withdrawn or sent again, or its seven days are over. Ask whoever invited you to send it again.',
  act_not_open:
    'Somebody decided or ended it meanwhile, or its time is over. Look at it again, and ask anew where it is still needed.',
  already_member: 'Change their role in the list of members at /members.',
  already_invited: 'Send that invitation again at /members, or withdraw it first.',
  already_permitted: 'Load the page again: what you asked for is there.',
  invitations_full: 'Withdraw an invitation at /members that is no longer wanted.',
  address_in_use: 'Sign in with this address, then open the link again; or take another address.',
  domain_taken: 'Ask the operator, who verified it for the other account.',
  proof_refused:
    'The password, code or passkey is another. Nothing was changed; try again, or choose another way.',
  link_over: 'It was used, replaced by a newer one, or its time is over. Ask for a new one.',
  name_taken: 'Choose another name.',
  payload_too_large:
    'A signing request has at most 64 KiB, and usually 1. Check that you sent the right file.',
  unsupported_media_type: 'Send `Content-Type: application/json`.',
  csr_rejected: 'Each entry of `findings` names a fault, the value found, the rule and the mend.',
  confirmation_required: 'Type the words shown, to say that you mean it.',
  rate_limited: 'Wait for the seconds in `Retry-After`, then go on.',
  internal_error: 'Tell support the request id. Nothing was changed unless you are told otherwise.',
  ca_unavailable:
    'Nothing is lost: `pending` names the request that is kept, finished as soon as it can be, and given up at `voidAt`. Repeat it after `Retry-After`: the same Idempotency-Key, or the same public key and environment, resumes it.',
  database_unavailable: 'Nothing was changed. Repeat the request after `Retry-After`.',
};

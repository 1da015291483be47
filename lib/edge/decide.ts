/**
 * The decision of the edge: allow, or deny for exactly one reason. It reads nothing but its arguments, so the
 * gateway, an authorizer beside another proxy and the support screen give the same answer. It leaves to others: how
 * a refusal is sent (strict or explained), which names a request carries (`headers.ts`), and passwords (the
 * upstream's).
 */

import { recentNameHash } from '@/lib/edge/frames';
import { hostAgrees } from '@/lib/edge/host';
import { modeAt } from '@/lib/edge/mode';
import type { ApiClientEntry, CertificateEntry, EdgeState } from '@/lib/edge/state';
import type { EnforcementMode, Environment } from '@/lib/kernel/environments';
import type { RefusalCode } from '@/lib/kernel/refusals';

export type Listener = 'mtls' | 'standard';

/** The leaf the peer proved to have the key of, once, in this connection's own full handshake. */
export type Leaf = {
  /** SHA-256 of the DER, 32 bytes. */
  fingerprint: Uint8Array;
  /** From `clientAuthOf`. */
  clientAuth: 'allowed' | 'refused';
};

export type ConnectionFacts = {
  environment: Environment;
  listener: Listener;
  leaf: Leaf | null;
  /** The TLS server name; null when the client sent none. */
  sni: string | null;
};

export type RequestFacts = ConnectionFacts & {
  /** Host or `:authority` as sent; null when there was none. */
  host: string | null;
  /** Every API client name found, one per source. */
  apiClientNames: readonly string[];
};

export type Policy = {
  /** `pass` lets calls without a known API client through the standard listener: a way around enforcement. */
  unnamed: 'refuse' | 'pass';
  /** The names under which the listeners are reached, for clients that send no server name. */
  hostnames: readonly string[];
  maxAgeSeconds: number;
};

export type Denied = { allow: false; code: RefusalCode };
export type ApiClientFound = { name: string; nameHash: Uint8Array };
export type Allowed = {
  allow: true;
  /** Null only for an unnamed or unknown caller let through by policy. */
  accountId: string | null;
  apiClient: ApiClientFound | null;
  certificate: CertificateEntry | null;
  /** In force for its account and environment; `off` for a caller that no account is known of. */
  mode: EnforcementMode;
};
export type Verdict = Allowed | Denied;
export type ConnectionVerdict = { allow: true; certificate: CertificateEntry | null } | Denied;

type Situation<Facts> = { facts: Facts; state: EdgeState | null; policy: Policy; nowMs: number };

/**
 * The verdict on a connection, before any byte of HTTP is read. Codes with `endsTls` in the refusal table end a
 * strict connection; any other denial is answered to each request.
 */
export function decideConnection(input: Situation<ConnectionFacts>): ConnectionVerdict {
  const { facts, state } = input;
  if (facts.listener === 'standard') return { allow: true, certificate: null };
  if (facts.leaf === null) return deny('certificate_required');
  // Before the look-up: the answer is in the certificate itself, whatever the state of the edge.
  if (facts.leaf.clientAuth !== 'allowed') return deny('not_a_client_certificate');
  if (state === null || tooOld(state, input)) return deny('edge_not_ready');
  const certificate = state.index.certificate(facts.leaf.fingerprint);
  if (certificate === null) return deny('unknown_certificate');
  if (certificate.revokedAt !== null) return deny('certificate_revoked');
  const nowSeconds = input.nowMs / 1000;
  if (!(nowSeconds >= certificate.notBefore)) return deny('certificate_not_yet_valid');
  // RFC 5280, 4.1.2.5: the period of validity includes its last second.
  if (!(Math.floor(nowSeconds) <= certificate.notAfter)) return deny('certificate_expired');
  return { allow: true, certificate };
}

/**
 * The verdict on one request. It repeats the connection's verdict, so a revocation holds on a connection that was
 * opened before it.
 */
export function decide(input: Situation<RequestFacts>): Verdict {
  const { facts, state, policy } = input;
  if (!hostAgrees({ sni: facts.sni, host: facts.host, hostnames: policy.hostnames })) {
    return deny('host_mismatch');
  }
  const connection = decideConnection(input);
  if (!connection.allow) return connection;
  if (state === null || !Number.isFinite(input.nowMs)) return deny('edge_not_ready');
  switch (facts.listener) {
    case 'mtls':
      return decideMtls(input, state, connection.certificate);
    case 'standard':
      return decideStandard(input, state);
    default:
      return deny('edge_not_ready');
  }
}

/** Whether this call, allowed as it was, would also be allowed if its account enforced mTLS in this environment. */
export function passesUnderEnforcement(facts: RequestFacts, verdict: Allowed): boolean {
  return facts.listener === 'mtls' || verdict.accountId === null;
}

function decideMtls(
  input: Situation<RequestFacts>,
  state: EdgeState,
  certificate: CertificateEntry | null,
): Verdict {
  const { facts } = input;
  if (certificate === null) return deny('certificate_required');
  if (certificate.environment !== facts.environment) return deny('wrong_environment');
  const named = apiClientOf(facts, state);
  if (typeof named === 'string') return deny(named);
  if (named.entry.accountId !== certificate.accountId) return deny('wrong_account');
  const account = state.index.account(certificate.accountId);
  if (account === null) return deny('edge_not_ready');
  if (account.suspended) return deny('account_suspended');
  const { accountId } = account;
  const mode = modeAt(account.modes[facts.environment], input.nowMs / 1000);
  return { allow: true, accountId, apiClient: named.apiClient, certificate, mode };
}

/**
 * Where the state is too old, nobody knows who enforces by now: those who did are not let through, nor are names that
 * may have come since.
 */
function decideStandard(input: Situation<RequestFacts>, state: EdgeState): Verdict {
  const { facts, policy } = input;
  const isOld = tooOld(state, input);
  const named = apiClientOf(facts, state);
  if (named === 'conflicting_identity') return deny(named);
  if (typeof named === 'string') {
    if (isOld) return deny('edge_not_ready');
    if (policy.unnamed !== 'pass') return deny(named);
    return { allow: true, accountId: null, apiClient: null, certificate: null, mode: 'off' };
  }
  const account = state.index.account(named.entry.accountId);
  if (account === null) return deny('edge_not_ready');
  if (account.suspended) return deny('account_suspended');
  const mode = modeAt(account.modes[facts.environment], input.nowMs / 1000);
  if (mode === 'enforce') return deny(isOld ? 'edge_not_ready' : 'mtls_required');
  const { accountId } = account;
  return { allow: true, accountId, apiClient: named.apiClient, certificate: null, mode };
}

function apiClientOf(
  facts: RequestFacts,
  state: EdgeState,
):
  | { entry: ApiClientEntry; apiClient: ApiClientFound }
  | 'api_client_required'
  | 'unknown_api_client'
  | 'conflicting_identity' {
  const [name, ...others] = facts.apiClientNames;
  if (name === undefined) return 'api_client_required';
  if (others.some((other) => other !== name)) return 'conflicting_identity';
  const nameHash = recentNameHash(state.nameKey, facts.environment, name);
  const entry = state.index.apiClient(nameHash);
  if (entry === null || entry.environment !== facts.environment) return 'unknown_api_client';
  return { entry, apiClient: { name, nameHash } };
}

function tooOld(state: EdgeState, input: { policy: Policy; nowMs: number }): boolean {
  return !(input.nowMs - state.asOfMs <= input.policy.maxAgeSeconds * 1000);
}

function deny(code: RefusalCode): Denied {
  return { allow: false, code };
}

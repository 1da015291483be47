/**
 * Which kind of call a call was, for the numbers that the portal shows. Only certificates and API clients that the
 * edge knows are told apart: everything else is a client's to invent.
 */
import { type Caller, hexOf } from '@/gateway/connections';
import type { Edge } from '@/gateway/exchange';
import type { Evidence } from '@/lib/contract/edge-protocol';
import type { Allowed } from '@/lib/edge/decide';
import type { RefusalCode } from '@/lib/kernel/refusals';

/** Longer user agents are cut. */
export const MAX_USER_AGENT = 200;

/** Counts a call that was allowed, unless it was let through without a name: nobody's account could be told of it. */
export function countPassed(
  edge: Edge,
  caller: Caller,
  call: { verdict: Allowed; evidence: Evidence; userAgent: string | null },
): void {
  const { environment, listener, leaf, network } = caller;
  const { apiClient } = call.verdict;
  if (apiClient === null) return;
  edge.reporter.counted({
    environment,
    listener,
    outcome: 'passed',
    evidence: call.evidence,
    fingerprint: leaf?.fingerprintHex ?? null,
    nameHash: hexOf(apiClient.nameHash),
    network,
    userAgent: call.userAgent?.slice(0, MAX_USER_AGENT) ?? null,
    atMs: edge.nowMs(),
  });
}

/** Counts a call that was refused, where the edge knows the certificate or the API client it named. */
export function countRefused(
  edge: Edge,
  caller: Caller,
  call: { code: RefusalCode; nameHash: Uint8Array | null; userAgent: string | null },
): void {
  const index = edge.state()?.index;
  if (index === undefined || OF_THE_API.has(call.code)) return;
  const { environment, listener, network } = caller;
  const leaf = caller.leaf !== null && index.has(caller.leaf.fingerprint) ? caller.leaf : null;
  const isKnown = call.nameHash !== null && index.apiClient(call.nameHash) !== null;
  if (leaf === null && !isKnown) return;
  edge.reporter.counted({
    environment,
    listener,
    outcome: call.code,
    evidence: leaf === null ? 'unproved' : 'certificate',
    fingerprint: leaf?.fingerprintHex ?? null,
    nameHash: isKnown && call.nameHash !== null ? hexOf(call.nameHash) : null,
    network,
    userAgent: call.userAgent?.slice(0, MAX_USER_AGENT) ?? null,
    atMs: edge.nowMs(),
  });
}

/** The edge let these pass, and they are counted so. */
const OF_THE_API: ReadonlySet<RefusalCode> = new Set(['upstream_unavailable', 'upstream_timeout']);

/** What the answer to a call without a certificate shows: an API that took the password answers otherwise. */
export function evidenceOf(status: number): Evidence {
  return status === 401 || status === 403 ? 'unproved' : 'answered';
}
